import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, rmdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../support/markdown';
import { runTool } from '../../support/run-tool';
import type { Closing } from './closing';
import { endProgram } from './end-program';
import { readFirstLine } from './first-line';
import { temporary } from './samples';

/** The folder of root's build areas. */
const ROOT_AREAS = '/var/lib/slipway';

/** The result of a command: it has ended, or it continues and has printed the address of the designer. */
export type Outcome = { readonly code: number | null; readonly output: string } | { readonly address: string };

/** A user with a fresh copy of the project, an empty home, an empty /var/tmp and no display. Needs root. */
export interface Newcomer {
  /** The project's folder. */
  readonly project: string;
  readonly home: string;
  /** What this user sees as the folder of root's build areas. */
  readonly areas: string;
  /** Types commands into a new terminal. */
  type(commands: string, folder?: string): Promise<Outcome>;
}

/** Creates the user. Everything that the user starts ends with the test. */
export async function newcomer({ whenClosed }: Closing): Promise<Newcomer> {
  const base = temporary();
  const [project, home, areas] = ['slipway', 'home', 'areas'].map((name) => join(base, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [project, home, areas]) mkdirSync(folder);
  if (mkdirSync(ROOT_AREAS, { recursive: true }) !== undefined) whenClosed(async () => rmdirSync(ROOT_AREAS));
  copyProject(project);
  // The sample has a fixed build area, so this user gets a private one.
  const argv = [
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-c',
    'mount --bind "$0" "$1" && echo ready && exec sleep infinity',
    areas,
    ROOT_AREAS,
  ];
  const place = spawn('unshare', argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  whenClosed(() => endProgram(place));
  await readFirstLine(place, place.stdout, /^(ready)$/);

  const env = {
    PATH: `${join(project, 'out/bin')}:${process.env['PATH'] ?? ''}`,
    HOME: home,
    TERM: 'dumb',
  };
  const type = async (commands: string, folder = project): Promise<Outcome> => {
    const shell = ['nsenter', `--mount=/proc/${place.pid}/ns/mnt`, `--wd=${folder}`, 'sh', '-ec', commands] as const;
    const child = spawn('setsid', ['--wait', ...shell], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    whenClosed(() => endSession(child));
    const address = readFirstLine(child, child.stdout, /^Slipway is open at (http:\S+)$/);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    return Promise.race([
      address.then((found) => ({ address: found })).catch(() => new Promise<never>(() => undefined)),
      new Promise<Outcome>((resolve) => child.once('close', (code) => resolve({ code, output }))),
    ]);
  };
  return { project, home, areas, type };
}

/**
 * The present files of the project without build results. Its npm packages are included, because there may be no
 * network.
 */
function copyProject(to: string): void {
  runTool('sh', '-ec', 'cd "$0" && git ls-files -z | tar --null -T - -cf - | tar -xf - -C "$1"', root, to);
  const modules = join(to, 'node_modules');
  mkdirSync(modules);
  // Links where possible, to avoid copying some ten thousand files.
  runTool(
    'sh',
    '-ec',
    'cp -al "$0/." "$1" || cp -a --remove-destination "$0/." "$1"',
    join(root, 'node_modules'),
    modules,
  );
  for (const name of ['.vite', '.vite-temp', '.slipway-lock'])
    rmSync(join(modules, name), { recursive: true, force: true });
  const lock = createHash('sha256')
    .update(readFileSync(join(to, 'package-lock.json')))
    .digest('hex');
  writeFileSync(join(modules, '.slipway-lock'), lock);
}

/** Ends a command and everything that it has started. */
async function endSession(child: ChildProcess): Promise<void> {
  const pids = runTool('ps', '-eo', 'pid=,ppid=')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    pids.flatMap(([pid = 0, above]) => (above === parent ? [...below(pid), pid] : []));
  for (const pid of child.pid === undefined || child.exitCode !== null ? [] : below(child.pid))
    try {
      process.kill(pid);
    } catch {
      // it has ended meanwhile
    }
  await endProgram(child);
}
