import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from './run-tool';

/** `useradd` fails while another process has the account files locked. */
const LOCKED = ['flock', join(tmpdir(), 'slipway-test-accounts.lock')] as const;

/** An account of this computer with a password, for one test. */
export interface TemporaryUser {
  readonly name: string;
  readonly password: string;
  remove(): void;
}

/** Creates an account without a home folder, with a random password and a login shell. Needs root. */
export function temporaryUser(shell = '/bin/sh'): TemporaryUser {
  // Suites have PID namespaces of their own and share /etc/passwd, so that a process id would not be unique.
  const name = `slipwaytest${randomBytes(4).toString('hex')}`;
  const password = randomBytes(24).toString('base64url');
  runTool(...LOCKED, 'useradd', '--no-create-home', '--home-dir', '/', '--shell', shell, name);
  const [flock, ...argv] = [...LOCKED, 'chpasswd'] as const;
  execFileSync(flock, argv, { input: `${name}:${password}\n`, stdio: ['pipe', 'ignore', 'pipe'] });
  return { name, password, remove: () => void runTool(...LOCKED, 'userdel', '--force', name) };
}
