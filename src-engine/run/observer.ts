import { existsSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { realPath } from '../system/real-path';
import { isSystem } from '../area/system-paths';
import { bytePath, systemPath } from '../snapshots/bytes';
import { exec } from '../system/exec';
import { findTool, installCommand } from '../system/executables';
import { readObservedFiles } from './observed-files';

const CALLS = 'open,openat,openat2,creat,execve,rename,renameat,renameat2';

/** The limit on observed inputs. A step that reads a whole mirror should declare its folder. */
const MAX_INPUTS = 5000;

/** Files of `/etc` that every program reads: the loader, names of users and hosts, time and locale. */
const COMMON_ETC =
  /^\/etc\/(ld\.so\..*|nsswitch\.conf|passwd|group|shadow|gshadow|localtime|timezone|locale\..*|host\.conf|hosts|resolv\.conf|gai\.conf|services|protocols|mtab|machine-id|login\.defs|profile.*|bash\.bashrc|inputrc|terminfo\/.*|ssl\/.*|ca-certificates.*|alternatives\/.*|apt\/.*|dpkg\/.*|perl\/.*|python[\d.]*\/.*|default\/locale|environment|pam\.d\/.*|security\/.*)$/;

/** Records the files that steps open, with strace(1). */
export class Observer {
  readonly #strace: string;
  readonly #options: readonly string[];

  private constructor(strace: string, options: readonly string[]) {
    this.#strace = strace;
    this.#options = options;
  }

  /** Throws `AppError('unsupported')` where strace is missing or may not trace. */
  static async open(): Promise<Observer> {
    const strace = process.platform === 'linux' ? findTool('strace') : undefined;
    if (strace === undefined)
      throw new AppError(
        'unsupported',
        '`build --observe` needs strace(1), which this host does not have.',
        process.platform === 'linux'
          ? `Install it: ${installCommand('strace')}. Or declare inputs through SLIPWAY_INPUTS.`
          : 'Declare inputs through SLIPWAY_INPUTS.',
      );
    const basic = ['-f', '-qq', '-y', '-z', '-s', '4096', '-e', 'signal=none', '-e', `trace=${CALLS}`];
    // With a filter in the kernel only the traced calls stop a process. Versions before 5.3 do not have it.
    for (const options of [['--seccomp-bpf', ...basic], basic]) {
      const tried = await exec([strace, ...options, '-o', '/dev/null', '--', '/bin/sh', '-c', ':'], {
        okExitCodes: Array.from({ length: 256 }, (_, code) => code),
      });
      if (tried.code === 0) return new Observer(strace, options);
      if (options === basic)
        throw new AppError(
          'unsupported',
          `\`build --observe\` cannot trace processes here: ${tried.stderr.trim()}`,
          'Build as root, or allow ptrace to this account or container.',
        );
    }
    throw new Error('unreachable');
  }

  /** The argv that starts a step so that the files it opens are written to a log. */
  wrap(log: string, argv: readonly string[]): [string, ...string[]] {
    rmSync(log, { force: true });
    return [this.#strace, ...this.#options, '-o', log, '--', ...argv];
  }

  /**
   * The files that a step opened for reading and did not write itself: outside the build area and the system, and still
   * existing, with one character per byte. Caches of the user and bytecode of Python are left out.
   *
   * @param area the build area's path
   * @param folder the engine's private folder
   */
  async inputs(log: string, area: string, folder: string): Promise<string[]> {
    if (!existsSync(log)) return [];
    const { read, written } = await readObservedFiles(log);
    rmSync(log, { force: true });
    const engine = realPath(process.argv[1] ?? folder);
    const excluded = [area, folder, dirname(engine), join(homedir(), '.cache'), process.env['XDG_CACHE_HOME']]
      .filter((one) => one !== undefined)
      .map((one) => `${bytePath(one)}/`);
    const node = bytePath(process.execPath);
    const inputs = [...read].filter(
      (path) =>
        !written.has(path) &&
        !excluded.some((one) => `${path}/`.startsWith(one)) &&
        path !== node &&
        !path.endsWith('.pyc') &&
        (!isSystem(path) || (path.startsWith('/etc/') && !COMMON_ETC.test(path))) &&
        isPlainFile(path),
    );
    return inputs.slice(0, MAX_INPUTS);
  }
}

function isPlainFile(path: string): boolean {
  return statSync(systemPath(path), { throwIfNoEntry: false })?.isFile() ?? false;
}
