import { AppError } from '../../src-shared/errors';
import { keyToNodepath, NodepathError, queryNodepath } from '../../src-shared/manifest/nodepath';
import { readManifestFile } from '../area/manifest-file';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { printJson, printLines } from './print';

const OPTIONS = {
  key: { type: 'boolean', short: 'k', description: 'requests are keys of key_value_pairs' },
  json: JSON_OPTION,
} as const satisfies OptionTable;

export const queryCommand = defineCommand({
  name: 'query',
  summary: 'values of the manifest, as ManifestRead prints them',
  usage: ['[-k] [--json] MANIFEST NODEPATH...'],
  description: [
    'Prints values of the manifest with its defaults, as `ManifestRead` would print them; with `--json` an array of strings.',
  ],
  options: OPTIONS,
  operands: { min: 2, max: Infinity },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const [operand = '', ...requests] = positionals;
  const { defaulted } = await readManifestFile(operand);
  const found: string[] = [];
  const lines: string[] = [];
  for (const request of requests) {
    const answers = ask(() => queryNodepath(defaulted.root, values.key ? keyToNodepath(request) : request), request);
    found.push(...answers);
    lines.push(...answers.map((value) => (requests.length > 1 ? `${request} ${value}` : value)));
  }
  if (values.json) printJson(found);
  else printLines(lines);
  return 0;
}

function ask(query: () => string[], request: string): string[] {
  try {
    return query();
  } catch (error) {
    if (!(error instanceof NodepathError)) throw error;
    const message = `Error parsing nodepath: ${error.message}`;
    throw new AppError('manifest', message, `"${request}" is not a nodepath. Example: img_params/packages/pkg/name.`);
  }
}
