import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/**
 * Waits until a program prints something that matches, and returns the first group. Throws with the program's stderr
 * when it ends before. Keeps reading afterwards: a pipe that is not read would stop the program.
 */
export function readFirstLine(child: ChildProcess, stream: Readable, form: RegExp): Promise<string> {
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-10_000)));
  return new Promise((resolve, reject) => {
    const name = child.spawnargs.join(' ');
    child.once('error', reject);
    child.once('close', (code, signal) => reject(new Error(`${name} ended with ${code ?? signal}: ${complaint}`)));
    createInterface({ input: stream }).on('line', (line) => {
      const found = form.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
}
