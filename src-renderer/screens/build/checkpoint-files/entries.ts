import type { FileEntry } from '../../../../src-shared/engine-answers/files';

/** Folders first, then by name. */
export function inOrder(entries: readonly FileEntry[]): readonly FileEntry[] {
  return [...entries].sort((a, b) => Number(isFolder(b)) - Number(isFolder(a)) || (a.name < b.name ? -1 : 1));
}

export const isFolder = ({ mode }: FileEntry): boolean => mode.startsWith('d');
export const isFile = ({ mode }: FileEntry): boolean => mode.startsWith('-');

/** `d0755` as `ls` writes it: `drwxr-xr-x`. */
export function modeLetters(mode: string): string {
  const bits = Number.parseInt(mode.slice(1), 8);
  const special = [
    [0o4000, 's'],
    [0o2000, 's'],
    [0o1000, 't'],
  ] as const;
  const letters = special.map(([bit, letter], at) => {
    const shift = (2 - at) * 3;
    const mayRun = (bits >> shift) & 1;
    const run = bits & bit ? (mayRun ? letter : letter.toUpperCase()) : mayRun ? 'x' : '-';
    return `${(bits >> shift) & 4 ? 'r' : '-'}${(bits >> shift) & 2 ? 'w' : '-'}${run}`;
  });
  return mode.slice(0, 1) + letters.join('');
}
