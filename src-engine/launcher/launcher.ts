import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';
import { codeCache } from './code-cache';

/** Set by src-engine/bundle.mjs: hash of the program's text, and what stands for the end of a comment in it. */
declare const PROGRAM_HASH: string;
declare const COMMENT_END_MARK: string;

/**
 * The first lines of the file `distro_const.cjs`. The program itself is a comment behind them, which Node skips in no time; from there it
 * is compiled with the code cache. So the engine stays one file that can be copied anywhere.
 */
function launch(path: string): void {
  const cache = codeCache(path, PROGRAM_HASH, profileOf(process.argv.slice(2)));
  const cachedData = cache.read();
  const script = new Script(programIn(readFileSync(path, 'latin1')), {
    filename: path,
    ...(cachedData && { cachedData }),
  });
  if (!cachedData || script.cachedDataRejected)
    process.on('exit', (status) => {
      if (status === 0) cache.write(script.createCachedData());
    });
  const program = script.runInThisContext() as (require: NodeJS.Require, filename: string, dirname: string) => void;
  program(createRequire(path), path, dirname(path));
}

/** The text behind the launcher. */
function programIn(file: string): string {
  const begin = '\n/*PROGRAM\n';
  const text = file.slice(file.lastIndexOf(begin) + begin.length, file.lastIndexOf('*/'));
  return text.includes(COMMENT_END_MARK) ? text.replaceAll(COMMENT_END_MARK, '*/') : text;
}

/** A name for what a run calls: its command, and for `build` whether it only lists. */
function profileOf([command = '', ...rest]: readonly string[]): string {
  if (!/^[a-z-]{1,20}$/.test(command)) return 'other';
  return command === 'build' && rest.some((argument) => /^-[a-zA-Z]*l/.test(argument)) ? 'build-l' : command;
}

launch(__filename);
