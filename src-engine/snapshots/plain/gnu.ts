/**
 * The name of a GNU tool: on systems with tools of their own it has a `g` in front (OpenIndiana, Homebrew). Exact copies need options that
 * only the GNU tools have.
 */
export function gnu(tool: 'cp' | 'tar' | 'xargs'): string {
  return process.platform === 'linux' ? tool : `g${tool}`;
}
