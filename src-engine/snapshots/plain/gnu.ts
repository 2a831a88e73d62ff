/**
 * The name of a GNU tool. On systems with their own tools it has the prefix `g` (OpenIndiana, Homebrew). Exact copies
 * need options that only the GNU tools have.
 */
export function gnu(tool: 'cp' | 'tar' | 'xargs'): string {
  return process.platform === 'linux' ? tool : `g${tool}`;
}
