import { resolve } from 'node:path';
import type { SignAnswer } from '../../src-shared/engine-answers/provenance';
import { AppError } from '../../src-shared/errors';
import { ENVELOPE_SUFFIX, statement, STATEMENT_SUFFIX } from '../../src-shared/provenance/statement';
import { keyIdOf, signedEnvelope } from '../provenance/dsse';
import { defaultKeyPath, readPrivateKey } from '../provenance/signing-key';
import { readIfThere, writeFileAtomically } from '../system/files';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { printAnswer, printLines } from './print';

const OPTIONS = {
  json: JSON_OPTION,
  key: {
    type: 'string',
    value: 'FILE',
    description: 'the private key, Ed25519 in PEM; default: that of keygen',
  },
} as const satisfies OptionTable;

export const signCommand = defineCommand({
  name: 'sign',
  summary: 'signs a statement',
  usage: ['[--key FILE] [--json] NAME.statement.json'],
  description: [
    'Writes `NAME.intoto.jsonl` beside the statement: its bytes in a DSSE envelope, signed with Ed25519. It needs the statement and the key only, so it runs where the key is: on your own computer, not on the build host.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const path = resolve(positionals[0] ?? '');
  if (!path.endsWith(STATEMENT_SUFFIX))
    throw new AppError('usage', `${path} is not a statement: its name does not end in ${STATEMENT_SUFFIX}.`);
  const body = await readIfThere(path);
  if (!body) throw new AppError('missing', `There is no ${path}.`, 'Make it with: distro_const statement');
  if (!isStatement(body.toString('utf8')))
    throw new AppError('refused', `${path} is not an in-toto Statement v1 with SLSA provenance v1.`);
  const key = readPrivateKey(values.key === undefined ? defaultKeyPath() : resolve(values.key));
  const envelope = `${path.slice(0, -STATEMENT_SUFFIX.length)}${ENVELOPE_SUFFIX}`;
  writeFileAtomically(envelope, signedEnvelope(body, key));
  const keyId = keyIdOf(key);
  if (values.json) printAnswer<SignAnswer>({ envelope, keyId });
  else printLines([envelope, `Key id: ${keyId}`]);
  return 0;
}

function isStatement(text: string): boolean {
  try {
    return statement.accepts(JSON.parse(text));
  } catch {
    return false; // not JSON
  }
}
