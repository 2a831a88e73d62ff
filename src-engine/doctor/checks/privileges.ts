import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { quoteCommand, quoteArgument } from '../../../src-shared/shell-quote';
import type { BuildArea } from '../../area/area';
import { BACKENDS } from '../../snapshots/backends';
import type { Check, Finding } from '../check';
import { ENGINE_PERMISSIONS } from '../rights/zfs-allow';
import type { Subject } from '../subject';
import { mayMakeNamespaces } from '../../system/namespaces';
import { stepsThatNeed } from './tools';

const CHECK = { id: 'privileges', title: 'privileges' };
const STEPS = 'steps that give files of the image other owners need root';

/** Whether the account is root, and if not, what in this build area needs root. */
export function privilegesCheck(subject?: Subject): Check {
  return {
    ...CHECK,
    async run() {
      if (process.getuid?.() === 0) return [rootAccount(subject)];
      const area = subject && areaOf(subject);
      if (!subject || !area)
        return [
          {
            ...CHECK,
            state: 'note',
            detail: `an ordinary user: build areas in directories work, ${BACKENDS.zfs.needsRoot} and ${BACKENDS.btrfs.needsRoot} need root; ${STEPS}`,
          },
        ];
      return [ordinaryUser(area, subject.file.operand)];
    },
  };
}

/** Root has not all rights in a container. */
function rootAccount(subject: Subject | undefined): Finding {
  if (process.platform !== 'linux' || mayMakeNamespaces()) return { ...CHECK, state: 'ok', detail: 'root' };
  const detail = 'root in a container without the capability CAP_SYS_ADMIN: steps cannot make namespaces';
  const steps = subject ? stepsThatNeed('unshare', subject) : [];
  return steps.length === 0
    ? { ...CHECK, state: 'note', detail }
    : {
        ...CHECK,
        state: 'missing',
        detail: `${detail}, which ${steps.join(', ')} need`,
        fix: 'Build on the host itself, or give the container the capability, as docker run --privileged does.',
      };
}

type AreaPlace = Pick<BuildArea, 'dataset' | 'mountpoint'>;

/** The area of the manifest. A folder that the account may not read is one too. */
function areaOf({ file, place }: Subject): AreaPlace | undefined {
  if (!(place instanceof Error)) return place.area;
  const { buildArea } = file.manifest;
  return buildArea?.startsWith('/') ? { mountpoint: buildArea } : undefined;
}

function ordinaryUser({ dataset, mountpoint }: AreaPlace, manifest: string): Finding {
  const rights = `distro_const doctor --rights ${quoteArgument(manifest)}`;
  if (dataset !== undefined) {
    const permissions = ENGINE_PERMISSIONS.join(',');
    return process.platform === 'linux'
      ? {
          ...CHECK,
          state: 'missing',
          detail: `an ordinary user: ${dataset} has to be mounted and unmounted, which needs root on Linux`,
          fix: `Build with sudo. The exact lines for it: ${rights}`,
        }
      : {
          ...CHECK,
          state: 'note',
          detail: `an ordinary user: ${dataset} needs the permissions ${permissions}; ${STEPS}`,
          fix: `The exact lines for it: ${rights}`,
        };
  }
  const folder = nearestFolder(mountpoint);
  const why = refusal(folder);
  if (why !== undefined)
    return {
      ...CHECK,
      state: 'missing',
      detail: `an ordinary user, who cannot write to ${folder}: ${why}`,
      fix: `Give the build area a folder of your own, build with sudo (${rights}), or as root: ${quoteCommand(['install', '-d', '-o', String(process.getuid?.() ?? ''), mountpoint])}`,
    };
  return { ...CHECK, state: 'note', detail: `an ordinary user, who can write to ${folder}; ${STEPS}` };
}

/** The path, or the nearest folder above it that exists. */
export function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

function refusal(folder: string): string | undefined {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
