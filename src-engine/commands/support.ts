import type { SupportAnswer } from '../../src-shared/engine-answers/support';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { bytes } from '../../src-shared/format';
import { logStamp } from '../area/log-names';
import { collectSupport } from '../support-bundle/bundle';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { printAnswer, printLines } from './print';

const OPTIONS = {
  json: JSON_OPTION,
  to: { type: 'string', value: 'FILE', description: 'write to FILE; - is standard output' },
} as const satisfies OptionTable;

export const supportCommand = defineCommand({
  name: 'support',
  summary: 'a file for support requests: versions, doctor report, manifest, journals and logs, without secrets',
  usage: ['[--to FILE] [--json] MANIFEST'],
  description: [
    "Writes a `.tar.gz` for support requests: versions, the doctor's report, the manifest, and the newest journals and logs, without passwords, keys and tokens. It never contains an image.",
    'Without `--to` the file is `slipway-support-DATE.tar.gz` in the current folder. An existing file is not overwritten.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const now = new Date();
  const { archive, files, notes } = await collectSupport(positionals[0] ?? '', now);
  if (values.to === '-') {
    await new Promise<void>((written) => process.stdout.write(archive, () => written()));
    return 0;
  }
  const path = resolve(values.to ?? `slipway-support-${logStamp(now)}.tar.gz`);
  await writeNew(path, archive);
  if (values.json) printAnswer<SupportAnswer>({ path, bytes: archive.length, files, notes });
  else
    printLines([
      ...files.map((file) => `${bytes(file.bytes).padStart(10)}  ${file.name}`),
      ...notes.map((note) => `not in it: ${note}`),
      `Written to ${path}. Recognised secrets are removed. Check the file before you send it.`,
    ]);
  return 0;
}

/**
 * The file is readable only by its owner: other accounts of this host need not read what the user is willing to send.
 */
async function writeNew(path: string, content: Buffer): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(content).finally(() => file.close());
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new AppError('refused', `${path} already exists.`, 'Choose another name with --to.');
    throw new AppError('refused', `${path} cannot be written: ${message}`, 'Choose another file with --to.');
  }
}
