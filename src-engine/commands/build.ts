import type { BuildStep } from '../../src-shared/checkpoints/model';
import { latestResumable, resolveStep } from '../../src-shared/checkpoints/rules';
import { stepTable } from '../../src-shared/checkpoints/table';
import { resolveArea, type BuildArea } from '../area/area';
import { assertReadable } from '../area/area-writes';
import { hasStateFile } from '../area/checkpoint-records';
import { readManifestFile, refusalLines, type ManifestFile } from '../area/manifest-file';
import { refuseForeignPlaces } from '../area/places';
import { damagesOf } from '../snapshots/damaged';
import { openBackend } from '../snapshots/select';
import { writeError } from '../system/standard-streams';
import { completeChange } from './complete-change';
import { assertNamed, resolveRequest, EarlyExit, type BuildRequest, type VariantRequest } from './build-request';
import type { Command, OptionTable } from './command';
import { getopt, type Option } from './getopt';
import { usageError } from './usage';

/**
 * Short options are the original's (contract 1.1). A key of several letters is a long option, which must also precede
 * the manifest.
 */
const OPTIONS: OptionTable = {
  R: { type: 'boolean', description: 'resume where the last build stopped' },
  r: { type: 'string', value: 'STEP', description: 'roll back to before STEP, and run it and the rest' },
  p: { type: 'string', value: 'STEP', description: 'stop before STEP, with its checkpoint taken' },
  l: { type: 'boolean', description: 'list the steps, and which of them can be resumed; nothing runs' },
  d: { type: 'boolean', description: 'print the requests of steps to the manifest on standard output' },
  h: { type: 'boolean', description: 'show the usage' },
  env: {
    type: 'string',
    value: 'NAME[=VALUE]',
    description: 'pass an environment variable to every step; repeatable',
  },
  adopt: {
    type: 'boolean',
    description: 'build in an area that another program made; the build deletes what is in its build_data',
  },
  fork: {
    type: 'boolean',
    description: 'keep the present line of checkpoints, its tree and its images; the build makes a new line',
  },
  line: {
    type: 'string',
    value: 'LINE',
    description: 'with -r: resume from a checkpoint of this line; a parked one stays, and the build makes a new line',
  },
  continue: {
    type: 'boolean',
    description: 'do what plan recommends: nothing, switch to another line, resume, or build from the beginning',
  },
  variant: {
    type: 'string',
    value: 'NAME',
    description: 'build this variant on a line of its own, as --continue does; repeatable',
  },
  variants: { type: 'boolean', description: 'build all variants, one after another' },
  json: {
    type: 'boolean',
    description: 'with --variant or --variants: print one JSON object per line about each variant',
  },
  'detailed-exit': {
    type: 'boolean',
    description: 'with --continue, --variant or --variants: exit status 3 when there is nothing to do',
  },
  observe: { type: 'boolean', description: 'record with strace(1) which files steps open; they become inputs' },
};
const LONG_OPTIONS: OptionTable = Object.fromEntries(Object.entries(OPTIONS).filter(([name]) => name.length > 1));

export const buildCommand: Command = {
  name: 'build',
  summary: 'builds, resumes, pauses, lists steps',
  usage: [
    '[-R | -r STEP [--line LINE]] [-p STEP] [--fork] [--env NAME[=VALUE]] [--observe] [--adopt] [-d] MANIFEST',
    '--continue [--fork] [--detailed-exit] [--env NAME[=VALUE]] [--observe] [-d] MANIFEST',
    '(--variant NAME)... | --variants [--json] [--fork] [--detailed-exit] [--env NAME[=VALUE]] [--observe] [--adopt] [-d] MANIFEST',
    '-l [-d] MANIFEST',
    '-h MANIFEST',
  ],
  description: [
    'Runs the steps of a manifest and takes a checkpoint before each.',
    'Variants (`variants/NAME.xml`) are built one after another, each from the latest checkpoint of any line that it shares. A variant that fails stops no other one; the status is 1 then. An earlier line of a variant is removed when its new image is finished, unless `--fork` is given or the line is pinned. Several variants leave the build data to the line that had them before.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 1 },
  run,
};

/**
 * `distro_const build [-R] [-r STEP] [-p STEP] [-l] [-d] [-h] MANIFEST`: the same checks in the same order, the same
 * messages and exit statuses as the original (contract 1.2), except for the differences in
 * test/conformance/deviations.tsv.
 */
async function run(argv: readonly string[]): Promise<number> {
  const parsed = getopt(argv, 'r:p:hRld?', LONG_OPTIONS);
  const operand = parsed?.operands[0];
  if (!parsed || operand === undefined) return usageError();
  // The original ignored arguments after the manifest, so that `build m.xml -l` removed every checkpoint (contract 9,
  // 4).
  const trailing = parsed.operands.slice(1);
  if (trailing.length > 0)
    return usageError(
      `Unexpected arguments after the manifest: ${trailing.join(' ')}. Options go before it: distro_const build ${[...trailing, operand].join(' ')}`,
    );
  try {
    return await checkedBuild(operand, parsed.options);
  } catch (error) {
    if (!(error instanceof EarlyExit)) throw error;
    if (error.withUsage) return usageError(...error.lines);
    for (const line of error.lines) writeError(`${line}\n`);
    return error.status;
  }
}

async function checkedBuild(operand: string, options: readonly Option[]): Promise<number> {
  const file = await readManifestFile(operand);
  if (!options.some(({ letter }) => letter === 'variant' || letter === 'variants')) return buildFile(file, options);
  const { buildVariants } = await import('./build-variants');
  return buildVariants(file, options, (built, variant) => buildFile(built, options, variant));
}

/** @param variant the variant that `file` is the plain manifest of */
async function buildFile(file: ManifestFile, options: readonly Option[], variant?: VariantRequest): Promise<number> {
  const refusal = refusalLines(file);
  if (refusal.length > 0) throw new EarlyExit(1, refusal);
  const area = await resolveArea(file.manifest.buildArea);
  if (area.exists) assertReadable(area);
  assertPrivileged(area, options);
  const backend = await openBackend(area);
  const checkpointing = file.manifest.checkpointEnable;
  const steps: readonly BuildStep[] = checkpointing ? file.manifest.steps : [];
  // A full build lists the snapshots once, under the lock.
  const usesSnapshots = options.some(({ letter }) => 'lrR'.includes(letter)) || file.manifest.resumeFrom !== undefined;
  const listsSnapshots = usesSnapshots && checkpointing && area.exists;
  if (listsSnapshots) await refuseForeignPlaces(area);
  await completeChange(area, backend, file.path);
  const isLater = listsSnapshots && isCheckedLater(area, options, steps);
  const snapshots = listsSnapshots && !isLater ? await backend.list() : [];
  assertNamed(file, checkpointing);
  const resolved = resolveRequest(file, options, steps, isLater ? undefined : snapshots, checkpointing);
  const request: BuildRequest = { ...resolved, variant };

  if (request.list) {
    const damages = damagesOf(snapshots);
    const names = snapshots.map(({ name }) => name);
    writeError(`${stepTable(steps, latestResumable(steps, names, damages), damages).join('\n')}\n`);
    return 0;
  }
  const { startBuild } = await import('./start-build');
  return startBuild({ file, area, backend, checkpointing, steps, request });
}

/**
 * Whether a build only resumes from a step that seems to have a checkpoint, or from one of another line. The build checks
 * that under the lock, and `zfs` takes long.
 */
function isCheckedLater(area: BuildArea, options: readonly Option[], steps: readonly BuildStep[]): boolean {
  if (options.some(({ letter }) => letter === 'line')) return true;
  const [option, ...others] = options.filter(({ letter }) => letter.length === 1);
  if (area.dataset === undefined || option?.letter !== 'r' || others.length > 0) return false;
  const step = resolveStep(steps, option.value ?? '');
  return step.ok && hasStateFile(area, steps[step.index]?.name ?? '');
}

/** ZFS needs root, or a delegation, which only an attempt would show. Directories need neither (contract 9, 32). */
function assertPrivileged(area: BuildArea, options: readonly Option[]): void {
  if (area.dataset === undefined || process.getuid?.() === 0) return;
  if (options.some(({ letter }) => 'lh?'.includes(letter))) return;
  throw new EarlyExit(1, ['You must be root to run distro_const']);
}
