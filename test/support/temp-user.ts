import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { runTool } from './run-tool';

/** An account of this computer with a password, for as long as a test needs it. */
export interface TemporaryUser {
  readonly name: string;
  readonly password: string;
  remove(): void;
}

/** Makes an account without a home folder, with a password that nobody can guess. Needs root. */
export function temporaryUser(): TemporaryUser {
  const name = `slipwaytest${process.pid}`;
  const password = randomBytes(24).toString('base64url');
  runTool('useradd', '--no-create-home', '--home-dir', '/', '--shell', '/bin/sh', name);
  execFileSync('chpasswd', { input: `${name}:${password}\n`, stdio: ['pipe', 'ignore', 'pipe'] });
  return { name, password, remove: () => void runTool('userdel', '--force', name) };
}
