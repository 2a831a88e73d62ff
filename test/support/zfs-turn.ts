import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';

const FOLDER = '/run/zfs';

let users = 0;
let turn: Promise<() => void> | undefined;

/**
 * Waits until this process may use zfs-fuse, and returns the release. Test files run at the same time, and zfs-fuse hangs when a pool is
 * made while another one is destroyed.
 */
export async function zfsTurn(): Promise<() => void> {
  users++;
  const release = await (turn ??= takeTurn());
  return () => {
    if (--users > 0) return;
    turn = undefined;
    release();
  };
}

/** A child has the lock for as long as its standard input is open, so that it goes with this process. */
async function takeTurn(): Promise<() => void> {
  mkdirSync(FOLDER, { recursive: true });
  const script = 'echo mine; exec cat';
  const child = spawn('flock', [`${FOLDER}/slipway-test.lock`, 'sh', '-c', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return () => void child.stdin.end();
}
