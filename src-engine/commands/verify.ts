import { resolve } from 'node:path';
import type { VerifyAnswer } from '../../src-shared/engine-answers/provenance';
import { AppError } from '../../src-shared/errors';
import { defaultKeyPath, publicPathOf, readPublicKey } from '../provenance/signing-key';
import { verifyImage } from '../provenance/verify';
import { exists } from '../system/files';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { printAnswer, printLines } from './print';

const OPTIONS = {
  json: JSON_OPTION,
  key: {
    type: 'string',
    value: 'FILE',
    description: 'the public key of the signer; default: that of keygen',
  },
  manifest: {
    type: 'string',
    value: 'MANIFEST',
    description: 'compare this manifest, and the scripts and the lock in its folder; default: those beside the image',
  },
  unsigned: { type: 'boolean', description: 'compare with `NAME.statement.json`, which any program can have written' },
} as const satisfies OptionTable;

export const verifyCommand = defineCommand({
  name: 'verify',
  summary: 'compares images with their signed statements, without a network',
  usage: ['[--key FILE | --unsigned] [--manifest MANIFEST] [--json] FILE...'],
  description: [
    'Checks the signature of `FILE.intoto.jsonl` with the public key of the signer, then compares the image FILE, the software bills of materials, the journal, the manifest, the scripts, the inputs and the lock with it, as far as they are beside the image. It names each part that is different.',
    'Exit status: 0 nothing is different, 1 something is, 2 every other error: no image, no statement, no key, a wrong command line. No file is changed and no server is asked.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: Infinity },
  failureStatus: 2,
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const { key, manifest, unsigned, json } = values;
  if (unsigned && key !== undefined) throw new AppError('usage', '--unsigned uses no key: leave out --key.');
  if (manifest !== undefined && !exists(manifest)) throw new AppError('missing', `There is no ${manifest}.`);
  const keys = unsigned
    ? undefined
    : [readPublicKey(key === undefined ? publicPathOf(defaultKeyPath()) : resolve(key))];
  const images = [];
  for (const one of positionals) images.push(await verifyImage(resolve(one), { keys, manifest }));
  const equal = images.every(({ parts }) => parts.every(({ state }) => state !== 'different'));
  if (json) printAnswer<VerifyAnswer>({ equal, images });
  else printLines(images.flatMap(linesOf));
  return equal ? 0 : 1;
}

function linesOf({ image, builder, parts }: VerifyAnswer['images'][number]): string[] {
  const count = (state: string): number => parts.filter((one) => one.state === state).length;
  return [
    image,
    ...parts.flatMap(({ part, name, state, reason }) =>
      state === 'different' ? [`  ${part} ${name}: different: ${reason ?? ''}`] : [],
    ),
    `  ${count('equal')} equal, ${count('different')} different, ${count('absent')} not beside the image`,
    ...(builder === undefined ? [] : [`  built by ${builder}`]),
  ];
}
