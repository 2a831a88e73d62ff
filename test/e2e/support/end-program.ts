import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Asks a program to end and waits. A program that does not end is killed. */
export async function endProgram(child: ChildProcess, ask = true): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  if (ask) child.kill();
  const impatience = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(impatience);
}
