import { AppError } from '../../../src-shared/errors';
import type { AptSetup } from './setup';

const FAULT =
  /^(?:.*: )?E: (No priority \(or zero\) specified for pin|.*(?:outside the range of valid pin priorities|\bin the preferences file |Unable to parse package file \S*\/preferences\.d\/).*)$/m;
/** APT reads the number at the beginning, and refuses 0. */
const PRIORITY = /^Pin-Priority\s*:\s*[+-]?0*[1-9]/im;

/**
 * The error for pins of the host that APT cannot read, by what an APT tool printed; `undefined` for other messages. APT
 * reads copies of the files, and does not always name the file.
 */
export function pinFault(printed: string, { preferences, hostFiles }: AptSetup): AppError | undefined {
  const message = FAULT.exec(printed)?.[1];
  if (message === undefined) return undefined;
  const pathOf = (name: string): string => hostFiles.find((path) => path.endsWith(`/${name}`)) ?? name;
  const named = preferences.filter(({ name }) => message.includes(`/preferences.d/${name}`));
  const suspects = named.length > 0 ? named : preferences.filter(({ text }) => stanzas(text).some(lacksPriority));
  const files = (suspects.length > 0 ? suspects : preferences).map(({ name }) => pathOf(name));
  return new AppError(
    'unsupported',
    `APT cannot read the pins of the build host in ${files.join(', ')}: ${message.replace(/\S*\/preferences\.d\//, '')}`,
    'Correct the file. A pin has the fields Package, Pin and Pin-Priority, and its priority is a whole number from -32768 to 32767 except 0.',
  );
}

const stanzas = (text: string): string[] => text.replace(/^#.*\n?/gm, '').split(/\n\s*\n/);

const lacksPriority = (stanza: string): boolean => /^Package\s*:/im.test(stanza) && !PRIORITY.test(stanza);
