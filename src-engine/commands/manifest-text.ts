import { readManifestFile, type ManifestFile } from '../area/manifest-file';

/**
 * Reads a manifest named on the command line. With `--stdin` the text comes from standard input, as UTF-8 whatever it
 * declares: it is being edited. The operand then only gives its name and the folder of its scripts.
 */
export async function readNamedManifest(operand: string, fromStdin: boolean | undefined): Promise<ManifestFile> {
  return readManifestFile(operand, fromStdin ? await readStdin() : undefined);
}

/** Reads standard input to its end, as UTF-8. */
export async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
