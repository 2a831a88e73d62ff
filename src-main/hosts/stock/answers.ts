import { join } from 'node:path/posix';
import { setTimeout as delay } from 'node:timers/promises';
import { checkpointName, stepOfSnapshot } from '../../../src-shared/checkpoints/model';
import { planBuild } from '../../../src-shared/checkpoints/plan';
import { canCombine, canResumeFrom, resolveStep, withoutCheckpoints } from '../../../src-shared/checkpoints/rules';
import { AppError } from '../../../src-shared/errors';
import type { RunView } from '../../../src-shared/runs/run-view';
import type { Transport } from '../../transport/transport';
import type { StockSnapshot } from './area';
import { listFiles } from './list-files';
import type { Look } from './look';

/** Milliseconds. */
const LOOK = 250;

const snapshotView = ({ name, id, takenAt, unique, referenced }: StockSnapshot) => ({
  name,
  id,
  takenAt,
  unique,
  referenced,
});

/** What our engine's `status` says, with `null` and `unknown` for what the original cannot tell. */
export function statusOf(
  { manifest, area, snapshots, resumable, process }: Look,
  runs: readonly RunView[],
  host: string,
) {
  const { steps, checkpointEnable } = manifest;
  const names = snapshots.map(({ name }) => name);
  const checkpointing = checkpointEnable && area.dataset !== null;
  const latest = steps.filter(({ name }) => resumable.has(name) && names.includes(checkpointName(name))).at(-1);
  const expected = (step: string): number | null =>
    [...runs].reverse().flatMap((run) => run.steps.filter((one) => one.step === step && one.outcome === 'done'))[0]
      ?.seconds ?? null;
  return {
    at: Date.now() / 1000,
    area: {
      kind: area.dataset === null ? 'directory' : 'zfs',
      dataset: area.dataset,
      path: area.path,
      exists: area.exists,
    },
    backend: area.dataset === null ? 'none' : 'zfs',
    checkpointing,
    freeBytes: area.freeBytes,
    lock: process
      ? {
          kind: 'held',
          owner: {
            pid: process.pid,
            host,
            user: process.user,
            client: 'distro_const',
            manifest: '',
            since: runs.at(-1)?.startedAt ?? Date.now() / 1000,
          },
        }
      : { kind: 'free' },
    latestResumable: latest?.name ?? null,
    steps: steps.map(({ name, message }, index) => {
      const taken = snapshots.find((one) => one.name === checkpointName(name));
      const answer = canResumeFrom(steps, names, index);
      return {
        index,
        step: name,
        message,
        resumable: checkpointing && resumable.has(name) && answer.ok,
        refusalLines: answer.ok ? [] : answer.lines,
        snapshot: taken ? snapshotView(taken) : null,
        freshness: taken ? { kind: 'unknown' } : null,
        run: null,
        expectedSeconds: expected(name),
      };
    }),
    otherSnapshots: names.filter((name) => {
      const step = stepOfSnapshot(name);
      return step !== undefined && !steps.some((one) => one.name === step);
    }),
    runs,
  };
}

/** What our engine's `checkpoints` says. */
export const checkpointsOf = ({ manifest, snapshots }: Look) => ({
  checkpoints: manifest.steps.map(({ name }) => {
    const taken = snapshots.find((one) => one.name === checkpointName(name));
    return { step: name, snapshot: taken ? snapshotView(taken) : null };
  }),
});

/** What our engine's `plan` says. Throws `refused` in the words of the original. */
export function planOf(
  look: Look,
  runs: readonly RunView[],
  wanted: { resume: string | undefined; pause: string | undefined },
) {
  const { manifest, area, snapshots, resumable } = look;
  const { steps } = manifest;
  const [resume, pause] = [indexOf(look, wanted.resume), indexOf(look, wanted.pause)];
  const checkpointing = manifest.checkpointEnable && area.dataset !== null;
  if (!checkpointing && (resume !== undefined || pause !== undefined))
    throw refusal(withoutCheckpoints(resume === undefined ? 'p' : 'r').lines);
  const names = snapshots.map(({ name }) => name);
  if (resume !== undefined) {
    const answer = canResumeFrom(steps, names, resume);
    if (!answer.ok) throw refusal(answer.lines);
  }
  const combined = canCombine({ resume, pause });
  if (!combined.ok) throw refusal(combined.lines);
  const { kept, runs: order, discarded } = planBuild(steps, { resume, pause }, checkpointing, names);
  const nameOf = (index: number): string => steps[index]?.name ?? '';
  const status = statusOf(look, runs, '');
  const expected = order.map((index) => ({
    step: nameOf(index),
    expectedSeconds: status.steps[index]?.expectedSeconds ?? null,
  }));
  const total = expected.every((one) => one.expectedSeconds !== null)
    ? expected.reduce((sum, one) => sum + (one.expectedSeconds ?? 0), 0)
    : null;
  return {
    resume: wanted.resume ?? null,
    pause: wanted.pause ?? null,
    kept: kept.map(nameOf),
    runs: expected,
    discarded,
    expectedSeconds: total,
    stale: null,
    suggested: [...resumable].at(-1) ?? null,
    spaceNeeded: null,
    freeBytes: area.freeBytes,
    backend: 'zfs',
  };
}

function indexOf({ manifest }: Look, step: string | undefined): number | undefined {
  if (step === undefined) return undefined;
  const found = resolveStep(manifest.steps, step);
  if (!found.ok) throw refusal(found.lines);
  return found.index;
}

const refusal = (lines: readonly string[]): AppError => new AppError('refused', lines.join('\n'));

/** Ends the build that runs, with all that it started: the original itself would leave its step running (contract 1.3). */
export async function cancelBuild(transport: Transport, look: () => Promise<Look>, step: string | null) {
  const { process } = await look();
  if (!process) throw new AppError('refused', 'No build is running in this build area.');
  await transport.run([
    'sh',
    '-c',
    'kill -s TERM -- "-$1" || kill -s TERM "$2"',
    'sh',
    `${process.group}`,
    `${process.pid}`,
  ]);
  let now = await look();
  for (; now.process; now = await look()) await delay(LOOK);
  const { manifest, resumable } = now;
  return { step, resumeFrom: manifest.steps.filter(({ name }) => resumable.has(name)).at(-1)?.name ?? null };
}

const KINDS = { '+': 'added', '-': 'removed', M: 'changed', R: 'changed' } as const;

/** What `zfs diff` says between a checkpoint and another one, or now. Sizes are not told. */
export async function diffOf(
  transport: Transport,
  look: Look,
  from: string,
  to: string | undefined,
  signal?: AbortSignal,
) {
  const [first, second] = [snapshotOf(look, from), to === undefined ? undefined : snapshotOf(look, to)];
  const base = join(look.area.path, 'build_data');
  const dataset = `${look.area.dataset}/build_data`;
  const { code, stdout, stderr } = await transport.run(['zfs', 'diff', '-F', '-H', first.id, second?.id ?? dataset], {
    signal,
  });
  if (code !== 0) throw new AppError('snapshot', `zfs cannot compare: ${stderr.trim()}`);
  const changes = stdout
    .toString('utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [change = 'M', type = '', path = '', renamed] = line.split('\t');
      return {
        change: KINDS[change as keyof typeof KINDS] ?? 'changed',
        path: unescaped(renamed ?? path).slice(base.length + 1),
        type: { '/': 'd', F: '-', '@': 'l' }[type] ?? type,
        before: null,
        after: null,
        what: renamed === undefined ? [] : [`renamed from ${unescaped(path).slice(base.length + 1)}`],
      };
    })
    .filter(({ path }) => path !== '');
  const count = (kind: string): number => changes.filter(({ change }) => change === kind).length;
  return { added: count('added'), changed: count('changed'), removed: count('removed'), bytes: 0, changes };
}

/** `zfs diff` writes bytes that are not plain as `\0` and three octal digits. */
const unescaped = (path: string): string =>
  Buffer.from(
    path.replace(/\\0([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8))),
    'latin1',
  ).toString('utf8');

/** The checkpoint before a step. Throws `missing`. */
export function snapshotOf({ snapshots }: Look, step: string): StockSnapshot {
  const found = snapshots.find(({ name }) => name === checkpointName(step));
  if (!found) throw new AppError('missing', `There is no checkpoint before ${step}.`);
  return found;
}

/** Where a file of a checkpoint is: in the folder that ZFS shows of each snapshot. Throws `refused` for a path that leads out. */
export function pathInside({ area }: Look, snapshot: StockSnapshot, path: string): string {
  if (path.split('/').includes('..'))
    throw new AppError('refused', `${path} leads out of the checkpoint.`, 'Name a path below its root.');
  return join(area.path, 'build_data/.zfs/snapshot', snapshot.name, path);
}

/** What our engine's `media` says. */
export async function mediaOf(transport: Transport, { area }: Look, signal?: AbortSignal) {
  const folder = join(area.path, 'media');
  const { code } = await transport.run(['test', '-d', folder]);
  const files = code === 0 ? await listFiles(transport, folder, 'folder', signal) : [];
  return {
    folder,
    media: files
      .filter(({ mode }) => mode.startsWith('-'))
      .map(({ name, size, modified }) => ({
        name,
        path: join(folder, name),
        size,
        modified,
        bootable: name.endsWith('.iso') ? 'cdrom' : name.endsWith('.usb') ? 'disk' : null,
      })),
    noBootTest: 'This host has only the original command, which boots nothing.',
  };
}

const SUM = `if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1"; else digest -a sha256 "$1"; fi`;

/** SHA-256 of a finished file. */
export async function checksumOf(transport: Transport, look: Look, name: string, signal?: AbortSignal) {
  const path = join(look.area.path, 'media', name);
  const { code, stdout, stderr } = await transport.run(['sh', '-c', SUM, 'sh', path], { signal });
  if (code !== 0) throw new AppError('missing', `${path} cannot be read: ${stderr.trim()}`);
  return { sha256: stdout.toString('latin1').slice(0, 64) };
}
