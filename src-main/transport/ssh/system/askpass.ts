import { constants } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { open, readdir, readFile, rm, writeFile } from '../../../system/files';

/** The program's name in its folder. */
const PROGRAM = 'askpass';
const POLL_INTERVAL_MS = 100;
/** For the program to read an answer, after it has asked. */
const ANSWER_RETRY_MS = 20;

/**
 * The program that `ssh` and its jump hosts start for a question. The question is a file beside it; the answer comes through a named pipe, so
 * that a secret is in no argument, no environment and on no disk. `none` is a notice, for example that a security key waits for a touch.
 */
const SCRIPT = `#!/bin/sh
umask 077
[ "$SSH_ASKPASS_PROMPT" = none ] && exit 0
d=\${0%/*}
mkfifo "$d/answer.$$" || exit 1
printf '%s' "$1" >"$d/new.$$" && mv "$d/new.$$" "$d/question.$$"
if [ "$SSH_ASKPASS_PROMPT" = confirm ]; then [ "$(cat "$d/answer.$$")" = yes ]; else cat "$d/answer.$$"; fi
code=$?
rm -f "$d/answer.$$"
exit $code
`;

/** The variables that make `ssh` ask by the program, also where there is a terminal. Versions before 8.4 need a display in place of the last. */
export async function writeAskpass(folder: string): Promise<Record<string, string>> {
  const program = join(folder, PROGRAM);
  await writeFile(program, SCRIPT, { mode: 0o700 });
  return { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: process.env['DISPLAY'] || ':0' };
}

/**
 * Answers the questions in a folder until the signal aborts, one after the other.
 *
 * @param answer returns the answer; `undefined` to end without one
 */
export async function answerQuestions(
  folder: string,
  answer: (question: string) => Promise<string | undefined>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const question = (await readdir(folder)).find((name) => name.startsWith('question.'));
    if (question === undefined) {
      // Aborted: the loop ends.
      await delay(POLL_INTERVAL_MS, undefined, { signal, ref: false }).catch(() => undefined);
      continue;
    }
    const text = await readFile(join(folder, question), 'utf8');
    await rm(join(folder, question));
    const given = await answer(text);
    if (given === undefined) return;
    await writeAnswer(join(folder, question.replace('question', 'answer')), given, signal);
  }
}

/** Writes to a named pipe once the program reads it. Waiting for that in `open` would take a thread of the app, also when it never does. */
async function writeAnswer(pipe: string, answer: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted)
    try {
      const file = await open(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
      try {
        await file.write(`${answer}\n`);
      } finally {
        await file.close();
      }
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
      // Aborted: the loop ends.
      await delay(ANSWER_RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
}
