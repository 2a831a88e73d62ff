import { resolve } from 'node:path';
import type { KeygenAnswer } from '../../src-shared/engine-answers/provenance';
import { keyIdOf } from '../provenance/dsse';
import { defaultKeyPath, makeKey, publicPathOf } from '../provenance/signing-key';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { printAnswer, printLines } from './print';

const OPTIONS = { json: JSON_OPTION } as const satisfies OptionTable;

export const keygenCommand = defineCommand({
  name: 'keygen',
  summary: 'makes a key for signing statements',
  usage: ['[--json] [FILE]'],
  description: [
    'Makes an Ed25519 key: the private key in FILE, which only this account can read, and the public key beside it with the end `.pub.pem`. FILE is `~/.config/slipway/signing-key.pem` by default. An existing file is never replaced.',
    'Make it on your own computer, not on a build host: steps run as root there and could read it.',
  ],
  options: OPTIONS,
  operands: { min: 0, max: 1 },
  run,
});

function run({ values, positionals: [file] }: Parsed<typeof OPTIONS>): Promise<number> {
  const key = file === undefined ? defaultKeyPath() : resolve(file);
  const keyId = keyIdOf(makeKey(key));
  const publicKey = publicPathOf(key);
  if (values.json) printAnswer<KeygenAnswer>({ key, publicKey, keyId });
  else printLines([`Private key: ${key}`, `Public key: ${publicKey}`, `Key id: ${keyId}`]);
  return Promise.resolve(0);
}
