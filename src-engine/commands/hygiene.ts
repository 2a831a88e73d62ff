import { hostname } from 'node:os';
import type { HygieneAnswer } from '../../src-shared/engine-answers/hygiene';
import { findUnwanted } from '../hygiene/rules';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { imageOperand, withImage } from './image-operand';
import { LINE_OPTION } from './media';
import { printAnswer, printLines } from './print';

const OPTIONS = {
  json: JSON_OPTION,
  line: LINE_OPTION,
  accept: {
    type: 'string',
    value: 'PATHS',
    description: 'paths that may be in the image, with blanks between them; * matches any text',
  },
  host: { type: 'string', value: 'NAME', description: 'the name of the build host; default: of this computer' },
} as const satisfies OptionTable;

export const hygieneCommand = defineCommand({
  name: 'hygiene',
  summary: 'what a finished image should not have: shared secrets, traces of the build',
  usage: ['[--accept PATHS] [--host NAME] [--json] FILE', '[--line LINE] [--accept PATHS] [--json] MANIFEST NAME'],
  description: [
    'Opens an image without mounting it, and lists what all machines that start it would share (host keys, machine numbers, private keys, random seeds) and what the build and its host have left (name servers, proxies, logins, names, logs, caches).',
    'FILE is any ISO or USB image, squashfs file, disk (raw, qcow2, VMDK, VHD; of a disk the ext2, ext3 and ext4 file systems are read), tar archive or archive of an OCI image; NAME is a finished file of the manifest. The exit status is 1 when something is found. An image that cannot be read completely is refused. The step `hygiene` runs this on all finished images of a build.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 2 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const { json, line, accept = '', host = hostname() } = values;
  const image = await imageOperand(positionals, line);
  return withImage(image, async (trees) => {
    const accepted = accept.split(/\s+/).filter((path) => path !== '');
    const found: HygieneAnswer['found'] = [];
    for (const tree of trees)
      for (const { path, why } of await findUnwanted(tree, { hostName: host, accepted }))
        found.push({ tree: tree.name, path, why });
    const answer: HygieneAnswer = {
      image,
      trees: trees.map(({ name: tree, files }) => ({ name: tree, files: files.length })),
      found,
    };
    if (json) printAnswer<HygieneAnswer>(answer);
    else printLines(textOf(answer));
    return found.length === 0 ? 0 : 1;
  });
}

function textOf({ trees, found }: HygieneAnswer): string[] {
  const looked = trees.map(({ name, files }) => `${name} (${files} files)`).join(', ');
  return found.length === 0
    ? [`Clean: ${looked}`]
    : [...found.map(({ tree, path, why }) => `${tree}: ${path}: ${why}`), `Found: ${found.length} in ${looked}`];
}
