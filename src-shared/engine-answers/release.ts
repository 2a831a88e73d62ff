import * as z from 'zod';
import { ORIGINS } from '../provenance/origin';

const release = z.object({
  name: z.string().describe('File name of the image.'),
  sha256: z.string().describe('Of the image, in hex.'),
  size: z.number().describe('Bytes.'),
  origin: z.enum(ORIGINS).nullable().describe('Its origin when it was released; `null`: unknown.'),
  run: z.string().nullable().describe('The run that finished it.'),
  reason: z.string().nullable().describe('The reason that was given.'),
  at: z.number().describe('Seconds since the epoch.'),
  host: z.string().describe('The host.'),
});

/** What `distro_const release --json` prints. */
export const releaseAnswer = release;

/** What `distro_const release --list --json` prints. */
export const releasesAnswer = z.object({ releases: z.array(release).describe('Oldest first.') });

/** What `distro_const release --json` prints. */
export type ReleaseAnswer = z.output<typeof releaseAnswer>;
/** What `distro_const release --list --json` prints. */
export type ReleasesAnswer = z.output<typeof releasesAnswer>;
