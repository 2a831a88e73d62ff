import { findTool } from '../system/executables';
import type { RunTool } from '../system/exec';
import { mayMakeNamespaces } from '../system/namespaces';
import { takeKernelLockBy, type KernelLock } from '../system/kernel-lock';
import { procIsOurs } from '../system/process-list';
import { OutputPipes } from './output-pipes';
import { SessionSpawner } from './session-spawner';
import { canLaunch, StepLauncher } from './step-launcher';
import type { Containment, StepSpawner } from './step-process';

/**
 * The best method of this host to end a step with everything that it started.
 *
 * An ordinary user gets no user namespace: inside one, setuid programs such as `sudo` do not work, and files of root
 * appear to belong to `nobody`, which archives would record.
 *
 * @param keepMounts whether mounts of a step outlive it, so that it gets no mount namespace
 */
export function chooseContainment(keepMounts: boolean): Containment {
  if (!canLaunch() || findTool(PERL) === undefined) return 'session';
  if (!keepMounts && mayMakeNamespaces()) return 'namespaces';
  // Without namespaces, the launcher finds a step's processes in /proc.
  return procIsOurs() ? 'reaper' : 'session';
}

/**
 * @param folder a private folder of this build
 * @param mark the value of `SLIPWAY_AREA` in the environment of steps
 */
export function createSpawner(containment: Containment, folder: string, mark: string): StepSpawner {
  if (containment === 'session') return new SessionSpawner(new OutputPipes(folder), mark);
  return createLauncher(containment);
}

/**
 * Starts the launcher of a build's steps before the build holds its area, because the launcher takes the kernel's lock
 * as well. This saves a process, and the launcher starts in parallel. `undefined` where steps are started without a
 * launcher.
 *
 * @param runsCommands whether it also runs commands of the engine, where it can
 */
export function startLauncher(
  containment: Containment,
  area: string,
  runsCommands: boolean,
): EarlyLauncher | undefined {
  if (containment === 'session') return undefined;
  const started: StepLauncher[] = [];
  const lock = takeKernelLockBy(area, (fd) => {
    const launcher = createLauncher(containment, fd, runsCommands);
    started.push(launcher);
    return launcher.lock;
  });
  lock.catch(() => undefined); // When it fails here, the build tries again and reports the reason.
  const [launcher] = started;
  return launcher && { launcher, lock, run: launcher.commands?.run };
}

/** A launcher that also takes the lock of the area's folder; `undefined` when that fails. */
export interface EarlyLauncher {
  readonly launcher: StepSpawner;
  readonly lock: Promise<KernelLock | undefined>;
  /** Runs commands of the engine faster than the engine itself. */
  readonly run: RunTool | undefined;
}

function createLauncher(
  containment: 'namespaces' | 'reaper',
  ...rest: readonly [lockedFolder?: number, runsCommands?: boolean]
): StepLauncher {
  return new StepLauncher(findTool(PERL) ?? PERL, containment, ...rest);
}

/** The key of `key_value_pairs` that switches mount namespaces off, with the value `keep`. */
const MOUNTS_KEY = 'slipway_mounts';

/** Whether a manifest asks that mounts outlive the step that made them. */
export function keepsMounts(pairs: readonly { readonly key: string; readonly value: string }[]): boolean {
  return pairs.some(({ key, value }) => key === MOUNTS_KEY && value === 'keep');
}

const PERL = 'perl';
