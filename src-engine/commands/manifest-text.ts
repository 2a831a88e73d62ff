import { readManifestFile, type ManifestFile } from '../area/manifest-file';

/**
 * A manifest named on the command line. With `--stdin` its text comes from standard input, as UTF-8 whatever it declares, for one that is
 * being edited: the name then says only what it is called and where its scripts are.
 */
export async function readNamedManifest(operand: string, fromStdin: boolean | undefined): Promise<ManifestFile> {
  if (!fromStdin) return readManifestFile(operand);
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return readManifestFile(operand, Buffer.concat(chunks).toString('utf8'));
}
