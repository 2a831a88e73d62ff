import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { bytes } from '../../src-shared/words';
import { logStamp } from '../area/log-names';
import { collectSupport } from '../support/bundle';
import { parseWords, printJson, printLines } from './context';

export const SUPPORT_USAGE = 'distro_const support [--to FILE] [--json] MANIFEST';

/**
 * `support`: writes what somebody who helps needs to a `.tar.gz`: versions, the doctor's report, the manifest, and the newest journals and
 * logs, with passwords, keys and tokens taken out; never an image.
 *
 * Without `--to` the file is `slipway-support-DATE.tar.gz` in the present folder; with `--to -` it is standard output. A file that is
 * there already is not written over.
 */
export async function supportCommand(words: readonly string[]): Promise<number> {
  const options = { json: { type: 'boolean' }, to: { type: 'string' } } as const;
  const { values, positionals } = parseWords(words, options, { least: 1, most: 1 }, SUPPORT_USAGE);
  const now = new Date();
  const { archive, files, notes } = await collectSupport(positionals[0] ?? '', now);
  if (values.to === '-') {
    await new Promise<void>((written) => process.stdout.write(archive, () => written()));
    return 0;
  }
  const path = resolve(values.to ?? `slipway-support-${logStamp(now)}.tar.gz`);
  await writeNew(path, archive);
  if (values.json) printJson({ path, bytes: archive.length, files, notes });
  else
    printLines([
      ...files.map((file) => `${bytes(file.bytes).padStart(10)}  ${file.name}`),
      ...notes.map((note) => `not in it: ${note}`),
      `Written to ${path}. Secrets are taken out where they can be told; look through it before you send it.`,
    ]);
  return 0;
}

/** For its owner alone: what is harmless to the one who sends it need not be read by everybody here. */
async function writeNew(path: string, content: Buffer): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(content).finally(() => file.close());
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new AppError('refused', `${path} is there already.`, 'Choose another name with --to.');
    throw new AppError('refused', `${path} cannot be written: ${message}`, 'Choose another file with --to.');
  }
}
