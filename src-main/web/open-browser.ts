import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Opens the page in the user's browser. The address has the token, and arguments are visible to all accounts: the browser is given a file
 * that only this account may read, and which leads to the address. Returns a function that removes the file.
 *
 * @param state the app's private folder
 */
export function openBrowser(url: string, state: string): () => void {
  const file = join(state, `open-${randomBytes(8).toString('hex')}.html`);
  const remove = (): void => rmSync(file, { force: true });
  try {
    const address = JSON.stringify(url).replace(/</g, '\\u003c');
    const page = `<!doctype html><meta charset="utf-8"><title>Slipway</title><script>location.replace(${address})</script>\n`;
    writeFileSync(file, page, { mode: 0o600, flag: 'wx' });
    spawn('xdg-open', [file], { stdio: 'ignore', detached: true }).on('error', remove).unref();
  } catch {
    remove(); // The address is on the terminal as well.
  }
  return remove;
}
