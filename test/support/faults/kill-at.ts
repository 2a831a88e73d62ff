import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { finished, type Ran, type TestProject } from '../engine';
import { hasTool } from '../run-tool';

/** A moment in a command of the engine: just before the n-th call of a class, or at the n-th external command. */
export interface KillPoint {
  readonly kind: string;
  readonly n: number;
}

/** Classes of system calls that change something or start something, each with the calls that one counter counts. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  rename: ['rename', 'renameat', 'renameat2'],
  link: ['link', 'linkat'],
  symlink: ['symlink', 'symlinkat'],
  unlink: ['unlink', 'unlinkat', 'rmdir'],
  mkdir: ['mkdir', 'mkdirat'],
  write: ['write', 'pwrite64', 'writev', 'pwritev', 'copy_file_range', 'sendfile'],
  sync: ['fsync', 'fdatasync', 'syncfs', 'sync'],
  create: ['openat', 'open', 'creat'],
  truncate: ['ftruncate', 'truncate', 'fallocate'],
  metadata: [
    'chmod',
    'fchmod',
    'fchmodat',
    'chown',
    'fchown',
    'lchown',
    'fchownat',
    'utimensat',
    'setxattr',
    'lsetxattr',
  ],
  start: ['clone', 'clone3', 'vfork', 'fork'],
  reap: ['wait4', 'waitid'],
  lock: ['flock', 'fcntl'],
  close: ['close'],
};

/** External commands that the engine runs. A wrapper with the command's name is before the real one on PATH. */
const COMMANDS =
  'btrfs chattr cp find flock fusermount getfattr getfacl losetup lsattr mount mountpoint mv nsenter perl python3 rm rsync setcap setfacl setfattr setpriv sh stat sync tar umount unshare zfs zpool'.split(
    ' ',
  );

/**
 * strace follows engine processes with their threads, but not their children: it detaches from these when they execute
 * their command.
 */
const TRACE = ['strace', '-f', '-b', 'execve', '-qq'];

/** Why engines cannot be killed at a chosen call here, or `undefined`. */
export const lacksTrace = hasTool('strace') ? undefined : 'needs strace';

/** Runs commands of the engine and kills only the engine, at a chosen point. */
export class Killer {
  readonly #wrappers: string;
  readonly #counter: string;

  constructor(private readonly project: TestProject) {
    this.#wrappers = join(project.folder, 'wrappers');
    this.#counter = join(project.folder, 'tmp', 'commands');
    mkdirSync(this.#wrappers);
    writeFileSync(join(this.#wrappers, 'wrapper'), this.#wrapper());
    chmodSync(join(this.#wrappers, 'wrapper'), 0o755);
    for (const name of COMMANDS) if (hasTool(name)) symlinkSync('wrapper', join(this.#wrappers, name));
  }

  /** Runs a command once without a kill, and returns every point at which it can be killed. */
  async points(...args: readonly string[]): Promise<readonly KillPoint[]> {
    const log = join(this.project.folder, 'tmp', 'trace');
    const calls = Object.values(CALLS).flat();
    const traced = await this.#run([...TRACE, '-o', log, '-e', `trace=${known(calls)}`, ...this.#engine(args)]);
    if (traced.code !== 0) throw new Error(`${args.join(' ')} ends with ${traced.code}: ${traced.stderr}`);
    const points = callPoints(readFileSync(log, 'utf8'));
    rmSync(log);
    return points;
  }

  /** Runs a command once without a kill, and returns the points before each external command. */
  async commands(...args: readonly string[]): Promise<readonly KillPoint[]> {
    await this.#runWrapped(args, 0, 'none');
    const ran = readFileSync(this.#counter, 'utf8').length;
    return Array.from({ length: ran }, (_, at) => at + 1).flatMap((n) => [
      { kind: 'before command', n },
      { kind: 'during command', n },
    ]);
  }

  /**
   * Runs a command and kills the engine at a point. The result has the signal when the engine has reached the point.
   */
  async runKilled(point: KillPoint, ...args: readonly string[]): Promise<Ran> {
    if (point.kind.endsWith('command')) return this.#runWrapped(args, point.n, point.kind);
    const calls = known(CALLS[point.kind] ?? []);
    const inject = `inject=${calls}:signal=KILL:when=${point.n}`;
    return this.#run([...TRACE, '-o', '/dev/null', '-e', `trace=${calls}`, '-e', inject, ...this.#engine(args)]);
  }

  #engine(args: readonly string[]): string[] {
    const named = args.includes('manifest.xml') ? args : [...args, 'manifest.xml'];
    return [process.execPath, join(this.project.bin, 'distro_const'), ...named];
  }

  /** The engine has the process id of the shell that it replaces. */
  async #runWrapped(args: readonly string[], n: number, kind: string): Promise<Ran> {
    writeFileSync(this.#counter, '');
    if (this.project.user) chmodSync(this.#counter, 0o666);
    writeFileSync(`${this.#counter}.point`, `${n} ${kind}\n`);
    const script = `echo $$ >"${this.#counter}.pid"; exec "$@"`;
    return this.#run(['/bin/sh', '-c', script, 'sh', ...this.#engine(args)], {
      PATH: [this.#wrappers, this.project.env.PATH].join(delimiter),
    });
  }

  #run(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    return finished(this.project.spawn(argv, env));
  }

  /**
   * Counts this call, kills the engine at the chosen count, and becomes the command when the engine is killed during
   * it.
   */
  #wrapper(): string {
    return `#!/bin/sh
printf x >>'${this.#counter}'
PATH=\${PATH#'${this.#wrappers}':}
read -r n kind <'${this.#counter}.point'
if [ "$n" = "$(stat -c %s '${this.#counter}')" ]; then
  read -r engine <'${this.#counter}.pid'
  kill -9 "$engine"
  case $kind in before*) exit 9 ;; esac
fi
exec "\${0##*/}" "$@"
`;
  }
}

/** strace ignores calls that this architecture does not have when they have this mark. */
const known = (calls: readonly string[]): string => calls.map((call) => `?${call}`).join(',');

/** The points in a trace. Each thread has a counter of its own, so the same number in two threads is one point. */
function callPoints(log: string): KillPoint[] {
  const classOf = new Map(Object.entries(CALLS).flatMap(([kind, calls]) => calls.map((call) => [call, kind] as const)));
  const seen = new Map<string, number>();
  const points = new Map<string, KillPoint>();
  for (const line of log.split('\n')) {
    const [, thread = '', call = ''] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    const kind = classOf.get(call);
    if (kind === undefined) continue;
    const n = (seen.get(`${thread} ${kind}`) ?? 0) + 1;
    seen.set(`${thread} ${kind}`, n);
    if (kind === 'create' && !line.includes('O_CREAT')) continue;
    points.set(`${kind} ${n}`, { kind, n });
  }
  return [...points.values()];
}
