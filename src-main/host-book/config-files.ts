import { isAbsolute, join } from 'node:path';
import SSHConfig, { type Directive, type Section } from 'ssh-config';
import { AppError, reasonOf } from '../../src-shared/errors';
import type { Jump } from '../../src-shared/hosts/model';
import { expandPath, expandTokens } from './expand';
import { filesOf, fits } from './patterns';
import { accountName } from '../system/account';
import { readBounded } from '../files/text-files';
import { isThere } from '../system/files';

const DEPTH = 16;
const MAX_BYTES = 1024 * 1024;

/** A file of ssh_config(5). */
export interface ConfigFile {
  readonly path: string;
  /** Where relative `Include` paths begin, in this file and in those that it includes: `~/.ssh`, or `/etc/ssh`. */
  readonly folder: string;
}

/** The name of a setting in lower case, and its value. Several arguments are joined by spaces. */
export type Setting = readonly [name: string, value: string];

/**
 * The settings of a host in these files, in their order. Only `Host`, and `Match` with criteria that need no command, are understood. A
 * block with another criterion (`exec`, `final`, …) is left out. Throws `refused` for a file that cannot be read.
 */
export async function settingsFor({ address, user }: Jump, files: readonly ConfigFile[]): Promise<Setting[]> {
  const found: Setting[] = [];
  const first = (name: string): string | undefined => found.find((one) => one[0] === name)?.[1];
  const localuser = accountName();
  // The library splits lines and no more: its own `compute` runs the commands of `Match exec` in a shell.
  const enters = (section: Section): boolean =>
    isHost(section)
      ? fits(address, valuesOf(section))
      : matches(valuesOf(section), {
          host: (first('hostname') ?? address).toLowerCase(),
          originalhost: address.toLowerCase(),
          user: user ?? first('user') ?? localuser,
          localuser,
        });
  for (const file of files)
    for await (const line of linesOf(file, enters)) {
      const name = line.param.toLowerCase();
      const value = valuesOf(line).join(' ');
      found.push([name, name === 'hostname' ? expandTokens(value, { '%': '%', h: address }) : value]);
    }
  return found;
}

/** The host names in `Host` and `Match` lines of the files, without patterns. */
export async function namesIn(files: readonly ConfigFile[]): Promise<string[]> {
  const names = new Set<string>();
  const enters = (section: Section): boolean => {
    for (const name of namesOf(section)) names.add(name);
    return true;
  };
  for (const file of files) for await (const _ of linesOf(file, enters));
  return [...names];
}

/** The host names of one block, without patterns. */
export function namesOf(section: Section): string[] {
  const criteria = isHost(section) ? [] : criteriaOf(valuesOf(section));
  const named = criteria.filter(({ name, isNegated }) => /^(original)?host$/.test(name) && !isNegated);
  const names = isHost(section) ? valuesOf(section) : named.flatMap(({ patterns }) => patterns);
  return names.filter((name) => !/[*?!]/.test(name));
}

/** The lines that count, with those of included files in their places. `enters` decides on each `Host` and `Match`. */
async function* linesOf(
  { path, folder }: ConfigFile,
  enters: (section: Section) => boolean,
  depth = 0,
): AsyncGenerator<Directive> {
  if (depth > DEPTH)
    throw new AppError(
      'refused',
      `${path} is included at more than ${DEPTH} levels.`,
      'Check whether a file includes itself.',
    );
  yield* within(await read(path));

  async function* within(config: SSHConfig): AsyncGenerator<Directive> {
    for (const line of config) {
      if (!('param' in line)) continue;
      // What a file includes belongs to the block that includes it; blocks of that file end with it.
      if (/^include$/i.test(line.param))
        for (const file of valuesOf(line).map((one) => expandPath(one)))
          for (const one of await filesOf(isAbsolute(file) ? file : join(folder, file)))
            yield* linesOf({ path: one, folder }, enters, depth + 1);
      else if (!('config' in line)) yield line;
      else if (enters(line)) yield* within(line.config);
    }
  }
}

/** A missing file counts as empty. */
async function read(path: string): Promise<SSHConfig> {
  // ssh has no configuration with `-F /dev/null`.
  if (path === '/dev/null' || !(await isThere(path))) return SSHConfig.parse('');
  try {
    return SSHConfig.parse((await readBounded(path, MAX_BYTES)).toString('utf8'));
  } catch (error) {
    const reason = reasonOf(error).replace(/\.$/, '');
    throw new AppError('refused', `${path} cannot be read: ${reason}.`, 'Correct this file.');
  }
}

const isHost = ({ param }: Directive): boolean => /^host$/i.test(param);

function valuesOf({ value }: Directive): string[] {
  return typeof value === 'string' ? [value] : value.map(({ val }) => val);
}

/** One criterion of a `Match`, with the patterns that it compares: `host a,b`. */
interface Criterion {
  /** In lower case. */
  readonly name: string;
  readonly isNegated: boolean;
  readonly patterns: readonly string[];
}

/** Criteria without an argument. */
const ALONE = ['all', 'canonical', 'final'];

function criteriaOf(values: readonly string[]): Criterion[] {
  const criteria: Criterion[] = [];
  for (let at = 0; at < values.length; at++) {
    const [, negation, written = '', given] = /^(!?)([^=]*)(?:=(.*))?$/s.exec(values[at] ?? '') ?? [];
    const name = written.toLowerCase();
    const patterns = ALONE.includes(name) ? [] : (given ?? values[++at] ?? '').split(',');
    criteria.push({ name, isNegated: negation === '!', patterns });
  }
  return criteria;
}

/** Whether all criteria of a `Match` hold. Names of hosts and users are patterns. */
function matches(values: readonly string[], facts: Readonly<Record<string, string>>): boolean {
  return (
    values.length > 0 &&
    criteriaOf(values).every(({ name, isNegated, patterns }) => {
      if (name === 'all') return !isNegated;
      const fact = facts[name];
      if (fact === undefined) return false;
      const written = name.endsWith('host') ? patterns.map((pattern) => pattern.toLowerCase()) : patterns;
      return fits(fact, written) !== isNegated;
    })
  );
}
