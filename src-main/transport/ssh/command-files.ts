import { AppError } from '../../../src-shared/errors';
import { exitText } from '../../../src-shared/exit-text';
import type { Argv, CommandResult } from '../transport';
import type { Files } from './files';

/** Exit statuses of the scripts. */
const MISSING = 66;
const DENIED = 77;

/** `gone FILE` ends the script for a path that is not there. Without the right to enter a folder, nothing in it is there. */
const GONE = `export LC_ALL=C
gone() { case $(ls -d "$1" 2>&1) in *ermission*) exit ${DENIED};; esac; exit "$2"; }
`;
/** A part of a file: from a byte, counted from 1, so many. */
const READ = `${GONE}[ -e "$1" ] || gone "$1" ${MISSING}
[ -f "$1" ] || exit ${MISSING}
[ -r "$1" ] || exit ${DENIED}
tail -c "+$2" "$1" | head -c "$3"`;
const LIST = `${GONE}[ -d "$1" ] || gone "$1" 0
[ -r "$1" ] && [ -x "$1" ] || exit ${DENIED}
ls -1A "$1"`;
const SIZE = `${GONE}[ -e "$1" ] || gone "$1" 0
set -- $(ls -lnLd "$1") && echo "$5"`;
const STAT_LINE = `${GONE}[ -e "$1" ] || gone "$1" 0
ls -lAinL "$1"`;

/**
 * Reads files of the host by commands, for accounts whose files SFTP does not read: those of root, and those of a host without SFTP.
 *
 * @param name of the host, for errors
 */
export function commandFiles(name: string, run: (argv: Argv) => Promise<CommandResult>): Files {
  async function output(script: string, path: string, ...operands: string[]): Promise<Buffer> {
    const { code, stdout, stderr } = await run(['sh', '-c', script, 'sh', path, ...operands]);
    if (code === 0) return stdout;
    const what = `${path} cannot be read on ${name}`;
    if (code === MISSING) throw new AppError('missing', `${what}: there is no such file.`);
    if (code === DENIED) throw new AppError('refused', `${what}: the account has no permission to read it.`);
    throw new AppError('missing', `${what}: ${stderr.trim() || `the shell ${exitText(code)}`}.`);
  }
  const text = async (script: string, path: string): Promise<string> => (await output(script, path)).toString('utf8');

  return {
    read: (path, offset, length) => output(READ, path, `${offset + 1}`, `${length}`),
    list: async (folder) => (await text(LIST, folder)).split('\n').slice(0, -1),
    async size(path) {
      const size = (await text(SIZE, path)).trim();
      return size === '' ? undefined : Number(size);
    },
    stamp: (path) => text(STAT_LINE, path),
  };
}
