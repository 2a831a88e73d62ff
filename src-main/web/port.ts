import { explainFailure } from '../../src-shared/explain-failure';

const MAX_PORT = 65_535;
const ELSEWHERE = 'Choose another one with `--port`, or leave the option out: then the system chooses.';

/** The port that the user names; 0: the system chooses. Throws for other text. */
export function portOf(text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^\d{1,5}$/.test(text) || Number(text) > MAX_PORT)
    throw new Error(`The port ${JSON.stringify(text)} is not a number from 0 to ${MAX_PORT}.`);
  return Number(text);
}

/** Why a server cannot use a port, as a sentence with what to do. */
export function portTrouble(port: number, cause: NodeJS.ErrnoException): Error {
  const reason =
    cause.code === 'EADDRINUSE'
      ? 'another program uses it'
      : explainFailure(cause.code, cause.message).replace(/\.$/, '');
  return new Error(`Slipway cannot use the port ${port}: ${reason}. ${ELSEWHERE}`, { cause });
}
