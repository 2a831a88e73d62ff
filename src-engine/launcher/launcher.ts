import { dirname } from 'node:path';
import { Script } from 'node:vm';
import { codeCache } from './code-cache';

/** Set by tools/bundle-engine.mjs: the hash of the program's text. */
declare const PROGRAM_HASH: string;

/** Never called. Its body is one comment, which is the program. */
declare function program(): void;

/**
 * The first lines of the file `distro_const.cjs`. The program after them is a comment, which Node skips quickly; it is
 * compiled from there with the code cache. So the engine stays a single file that can be copied anywhere.
 */
function launch(path: string, text: string): void {
  const cache = codeCache(path, PROGRAM_HASH, profileOf(process.argv.slice(2)));
  const cachedData = cache.read();
  const script = new Script(text, { filename: path, ...(cachedData && { cachedData }) });
  if (!cachedData || script.cachedDataRejected)
    process.on('exit', (status) => {
      if (status === 0) cache.write(script.createCachedData());
    });
  const run = script.runInThisContext() as (require: NodeJS.Require, filename: string, dirname: string) => void;
  run(require, path, dirname(path));
}

/** The text of the program: the comment in a function's text. Copying it would cost a garbage collection. */
function textOf(comment: string): string {
  return comment.slice(comment.indexOf('/*') + 2, comment.lastIndexOf('*/'));
}

/** A name for the kind of run: its command, and for `build` whether it lists or resumes, forks or continues. */
function profileOf([command = '', ...rest]: readonly string[]): string {
  if (!/^[a-z-]{1,20}$/.test(command)) return 'other';
  if (command !== 'build') return command;
  const letters = rest.flatMap((argument) => /^-[a-zA-Z]*([lrR])/.exec(argument)?.[1]?.toLowerCase() ?? []).slice(0, 1);
  const long = ['continue', 'fork'].filter((name) => rest.includes(`--${name}`));
  return ['build', ...letters, ...long].join('-');
}

launch(__filename, textOf(program.toString()));
