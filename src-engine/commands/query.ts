import { AppError } from '../../src-shared/errors';
import { readManifestFile } from '../build/manifest-file';
import { readValues } from '../build/manifest-server';
import { parseWords, printJson, printLines } from './context';

export const QUERY_USAGE = 'distro_const query [-k] [--json] MANIFEST NODEPATH...';

/** `query`: values of the defaulted manifest as `ManifestRead` would print them; with `--json` an array of strings. */
export async function queryCommand(words: readonly string[]): Promise<number> {
  const options = { key: { type: 'boolean', short: 'k' }, json: { type: 'boolean' } } as const;
  const { values, positionals } = parseWords(words, options, { least: 2, most: Infinity }, QUERY_USAGE);
  const [operand = '', ...requests] = positionals;
  const { defaulted } = await readManifestFile(operand);
  const found: string[] = [];
  const lines: string[] = [];
  for (const request of requests) {
    const complaints: string[] = [];
    const answers = readValues(defaulted.root, request, values.key ?? false, (line) => complaints.push(line));
    if (complaints.length > 0)
      throw new AppError('manifest', complaints.join('\n'), 'A nodepath looks like img_params/packages/pkg/name.');
    found.push(...answers);
    lines.push(...answers.map((value) => (requests.length > 1 ? `${request} ${value}` : value)));
  }
  if (values.json) printJson(found);
  else printLines(lines);
  return 0;
}

