import { AppError } from '../../../src-shared/errors';
import type { Argv, CommandResult } from '../transport';
import type { Files } from './files';

/** A part of a file: from a byte, counted from 1, so many. */
const READ = '[ -f "$1" ] || { echo "there is no such file" >&2; exit 1; }; tail -c "+$2" "$1" | head -c "$3"';
const LIST = '[ -d "$1" ] || exit 0; ls -1A "$1"';
const SIZE = '[ -e "$1" ] || exit 0; wc -c <"$1"';
const STAT_LINE = '[ -e "$1" ] || exit 0; LC_ALL=C ls -lAinL "$1"';

/**
 * Files of the host, where the account may not read all that a build by root writes: those are read by commands of root. Which way
 * works for a path is found once.
 *
 * @param run runs a command of root; `undefined` when nothing becomes root, and then nothing else is tried
 */
export function withRoot(files: Files, run: () => ((argv: Argv) => Promise<CommandResult>) | undefined): Files {
  const denied = new Set<string>();

  async function either<T>(path: string, read: () => Promise<T>, script: string, ...operands: string[]) {
    const asRoot = run();
    if (!asRoot) return { value: await read() };
    if (!denied.has(path))
      try {
        return { value: await read() };
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'refused') throw error;
        denied.add(path);
      }
    const { code, stdout, stderr } = await asRoot(['sh', '-c', script, 'sh', path, ...operands]);
    if (code !== 0) throw new AppError('missing', `${path} cannot be read: ${stderr.trim()}`);
    return { stdout };
  }

  return {
    async read(path, offset, length) {
      const found = await either(path, () => files.read(path, offset, length), READ, `${offset + 1}`, `${length}`);
      return 'value' in found ? found.value : found.stdout;
    },
    async list(folder) {
      const found = await either(folder, () => files.list(folder), LIST);
      return 'value' in found ? found.value : found.stdout.toString('utf8').split('\n').slice(0, -1);
    },
    async size(path) {
      const found = await either(path, () => files.size(path), SIZE);
      if ('value' in found) return found.value;
      return found.stdout.length === 0 ? undefined : Number(found.stdout.toString('utf8'));
    },
    async stamp(path) {
      const found = await either(path, () => files.stamp(path), STAT_LINE);
      return 'value' in found ? found.value : found.stdout.toString('utf8');
    },
  };
}
