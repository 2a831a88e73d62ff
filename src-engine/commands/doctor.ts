import { bytes } from '../../src-shared/words';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { delimiter, join } from 'node:path';
import { exec } from '../system/exec';
import { isExecutable, zfsCommand } from '../system/zfs-command';
import { readLock } from '../build/lock';
import { describeBackend } from '../snapshots/select';
import { openContext, parseWords, printJson, printLines, type AreaContext } from './context';
import { freeBytes } from './status';

export const DOCTOR_USAGE = 'distro_const doctor [--json] [MANIFEST]';

/** One thing looked at. `fix` is the exact command, or the one thing to do. */
interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'note' | 'missing';
  readonly detail: string;
  readonly fix?: string;
}

/** Tools by what they are for; the Debian package of each. */
const TOOLS: readonly { readonly tool: string; readonly pkg: string; readonly use: string }[] = [
  { tool: 'rsync', pkg: 'rsync', use: 'checkpoints in plain directories' },
  { tool: 'btrfs', pkg: 'btrfs-progs', use: 'checkpoints on btrfs' },
  { tool: 'mmdebstrap', pkg: 'mmdebstrap', use: 'the debian-live template' },
  { tool: 'mksquashfs', pkg: 'squashfs-tools', use: 'the debian-live template' },
  { tool: 'xorriso', pkg: 'xorriso', use: 'ISO images' },
  { tool: 'mcopy', pkg: 'mtools', use: 'UEFI boot images' },
  { tool: 'mkfs.vfat', pkg: 'dosfstools', use: 'UEFI boot images' },
  { tool: 'grub-mkimage', pkg: 'grub-common', use: 'boot loaders' },
  { tool: 'cpio', pkg: 'cpio', use: 'boot archives' },
  { tool: 'zstd', pkg: 'zstd', use: 'boot archives' },
  { tool: 'qemu-system-x86_64', pkg: 'qemu-system-x86', use: 'boot tests' },
];

/**
 * `doctor`: what this host can do, what is missing, and the exact command that installs it; with a manifest also its build
 * area, its scripts and the lock. Exit status 1 when the manifest cannot be built here.
 */
export async function doctorCommand(words: readonly string[]): Promise<number> {
  const options = { json: { type: 'boolean' } } as const;
  const { values, positionals } = parseWords(words, options, { least: 0, most: 1 }, DOCTOR_USAGE);
  const operand = positionals[0];
  const findings = [
    ...hostFindings(),
    await zfsFinding(),
    ...toolFindings(),
    ...(operand === undefined ? [] : await areaFindings(await openContext(operand))),
  ];
  const blocked =
    operand !== undefined && findings.some(({ what, state }) => state === 'missing' && !what.startsWith('tool '));
  if (values.json) printJson({ ok: !blocked, findings });
  else
    printLines(
      findings.flatMap(({ what, state, detail, fix }) => [
        `${{ ok: 'ok     ', note: 'note   ', missing: 'missing' }[state]} ${what}: ${detail}`,
        ...(fix ? [`        -> ${fix}`] : []),
      ]),
    );
  return blocked ? 1 : 0;
}

function hostFindings(): Finding[] {
  const root = process.getuid?.() === 0;
  return [
    { what: 'system', state: 'ok', detail: `${process.platform} ${release()}, Node ${process.versions.node}` },
    root
      ? { what: 'privileges', state: 'ok', detail: 'root' }
      : {
          what: 'privileges',
          state: 'note',
          detail:
            'an ordinary user: build areas in plain directories work, ZFS datasets and btrfs subvolumes need root',
        },
  ];
}

async function zfsFinding(): Promise<Finding> {
  const zfs = zfsCommand();
  const what = 'zfs';
  if (!zfs)
    return {
      what,
      state: 'note',
      detail: 'not installed: build areas in directories work without',
      fix: install('zfsutils-linux'),
    };
  const { code, stderr, stdout } = await exec([zfs, 'list', '-H', '-o', 'name'], { okExitCodes: [0, 1, 2] });
  if (code !== 0)
    return {
      what,
      state: 'note',
      detail: `installed, but does not answer: ${stderr.trim()}`,
      fix: 'Start the ZFS service of this system.',
    };
  const pools = stdout.split('\n').filter((name) => name !== '' && !name.includes('/'));
  return { what, state: 'ok', detail: pools.length > 0 ? `pools: ${pools.join(', ')}` : 'works; there is no pool yet' };
}

function toolFindings(): Finding[] {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return TOOLS.map(({ tool, pkg, use }) =>
    folders.some((folder) => isExecutable(join(folder, tool)))
      ? { what: `tool ${tool}`, state: 'ok', detail: use }
      : { what: `tool ${tool}`, state: 'missing', detail: `not installed, needed for ${use}`, fix: install(pkg) },
  );
}

function install(pkg: string): string {
  return `${process.getuid?.() === 0 ? '' : 'sudo '}apt-get install --no-install-recommends ${pkg}`;
}

async function areaFindings(context: AreaContext): Promise<Finding[]> {
  const { file, area } = context;
  const errors = file.problems.filter(({ severity }) => severity === 'error');
  const scripts = file.manifest.steps.filter(({ script }) => script !== undefined && !isExecutable(script));
  const lock = readLock(area);
  const { reason } = await describeBackend(area);
  return [
    errors.length === 0
      ? { what: 'manifest', state: 'ok', detail: `${file.manifest.steps.length} steps` }
      : {
          what: 'manifest',
          state: 'missing',
          detail: `${errors.length} errors`,
          fix: `distro_const validate ${file.operand}`,
        },
    ...scripts.map(({ name, script }): Finding => ({
      what: `step ${name}`,
      state: 'missing',
      detail: `${script} does not exist or is not executable`,
      fix: `chmod +x ${script}`,
    })),
    {
      what: 'build area',
      state: 'ok',
      detail: `${area.mountpoint}${area.exists ? `, ${bytes(freeBytes(area.mountpoint))} free` : ', not created yet'}; ${reason}`,
    },
    ...(area.exists ? [await xattrFinding(area.mountpoint)] : []),
    lock.kind === 'free'
      ? { what: 'lock', state: 'ok', detail: 'free' }
      : lock.kind === 'stale'
        ? {
            what: 'lock',
            state: 'note',
            detail: `left by process ${lock.owner.pid}, which is dead: the next build clears it`,
          }
        : {
            what: 'lock',
            state: 'missing',
            detail: `held by process ${lock.owner.pid} on ${lock.owner.host}`,
            fix: 'Wait for that build, or stop it.',
          },
  ];
}

/** Without extended attributes an image silently differs: capabilities are lost (zfs-fuse has them off by default). */
async function xattrFinding(path: string): Promise<Finding> {
  const what = 'extended attributes';
  const probe = join(path, '.slipway', `probe-${process.pid}`);
  try {
    mkdirSync(join(path, '.slipway'), { recursive: true });
    writeFileSync(probe, '');
    await exec(['setfattr', '-n', 'user.slipway', '-v', '1', probe]);
    return { what, state: 'ok', detail: 'stored' };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return {
      what,
      state: 'note',
      detail: `not stored in ${path}, so file capabilities in the image would be lost (${detail})`,
      fix: existsSync('/usr/bin/setfattr')
        ? 'Mount the file system with extended attributes (zfs-fuse: start it with -x).'
        : install('attr'),
    };
  } finally {
    rmSync(probe, { force: true });
  }
}
