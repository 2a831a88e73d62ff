import { AppError } from '../../src-shared/errors';
import { keyToNodepath, NodepathError, queryNodepath } from '../../src-shared/manifest/nodepath';
import { readManifestFile } from '../area/manifest-file';
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
    throw new AppError(
      'manifest',
      message,
      `"${request}" is no nodepath; one looks like img_params/packages/pkg/name.`,
    );
  }
}
