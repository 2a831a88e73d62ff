import * as z from 'zod';

/** What `distro_const sbom --json` prints. */
export const sbomAnswer = z.object({
  image: z.string().describe('The path of the image.'),
  sha256: z.string().describe('Of the image, in hex.'),
  tree: z.string().describe('The root file system or boot archive in the image whose package database was read.'),
  packages: z.number().describe('How many packages are installed.'),
  files: z.array(z.string()).describe('The paths of the written documents.'),
});

/** What `distro_const sbom --json` prints. */
export type SbomAnswer = z.output<typeof sbomAnswer>;
