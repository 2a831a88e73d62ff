import { AppError, reasonOf } from '../../src-shared/errors';
import { bytes } from '../../src-shared/format';
import type { RunView } from '../../src-shared/runs/run-view';
import { resolveArea, type BuildArea } from '../area/area';
import type { ManifestFile } from '../area/manifest-file';
import { runNames } from '../area/run-names';
import type { GivenVariables } from '../area/step-variables';
import { listRuns } from '../area/runs';
import { LineChanges } from '../lines/line-changes';
import { readLines } from '../lines/line-file';
import { currentLineOf } from '../lines/line-search';
import { nameAfterVariant, replacedLines } from '../lines/variant-lines';
import { openBackend } from '../snapshots/select';
import { writeError } from '../system/standard-streams';
import { openVariant, variantNames } from '../variants/variant-files';
import { EarlyExit, givenVariables, refuseCombinations, type VariantRequest } from './build-request';
import { openPlaces } from './context';
import { reportError } from './failure';
import type { Option } from './getopt';
import { freeBytes } from './status';
import { underLock } from './under-lock';
import { VariantReport, type VariantResult } from './variant-report';

/** Builds a plain manifest and returns the exit status. */
type Build = (file: ManifestFile, variant: VariantRequest) => Promise<number>;

/** The status of `build --detailed-exit` when there is nothing to do. */
const NOTHING_TO_DO = 3;
/** A status above this one is that of a signal. */
const SIGNALS = 128;

/**
 * Builds the variants that the command line names, one after another: they share the build area, which one build at a
 * time may change. Returns the exit status: 128 + n for a signal, which also ends the ones that are left, as a pause does; 1 when a
 * variant failed or was refused; 3 when it was asked for and nothing had to run.
 */
export async function buildVariants(file: ManifestFile, options: readonly Option[], build: Build): Promise<number> {
  refuseCombinations(options);
  const has = (name: string): boolean => options.some(({ letter }) => letter === name);
  if (!file.manifest.checkpointEnable)
    throw new EarlyExit(1, [
      'Variants share checkpoints, which this manifest switches off.',
      'Set checkpoint_enable to true.',
    ]);
  const names = chosenNames(file, options);
  const area = await resolveArea(file.manifest.buildArea);
  const home = readLines(area).active;
  const report = new VariantReport(names, has('json'));
  const run = new VariantBuilds(file, build, {
    keepsLines: has('fork'),
    switches: names.length === 1,
    given: givenVariables(options),
  });
  for (const name of names) {
    report.started(name);
    const result = await run.build(name);
    report.finished(result);
    if (result.outcome === 'cancelled' || result.outcome === 'paused') return report.end(result.status);
  }
  if (names.length > 1) await goBack(file, home);
  const { results } = report;
  if (results.some(({ outcome }) => outcome === 'failed' || outcome === 'refused')) return report.end(1);
  const isIdle = results.every(({ outcome }) => outcome === 'current');
  return report.end(isIdle && has('detailed-exit') ? NOTHING_TO_DO : 0);
}

/** The variants to build, each once. Throws `missing` when there is none of a name. */
function chosenNames(file: ManifestFile, options: readonly Option[]): string[] {
  const all = variantNames(file.path);
  if (options.some(({ letter }) => letter === 'variants')) {
    if (all.length > 0) return all;
    throw new EarlyExit(1, [`${file.path} has no variants: no file variants/NAME.xml is beside it.`]);
  }
  const names = options.flatMap(({ letter, value }) => (letter === 'variant' ? [value ?? ''] : []));
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) openVariant(file, unknown);
  return [...new Set(names)];
}

interface BuildOptions {
  /** Whether earlier lines of a variant stay. */
  readonly keepsLines: boolean;
  /** Whether a parked line with a current image becomes the line of the build data. */
  readonly switches: boolean;
  readonly given: GivenVariables;
}

/** Builds variants, and remembers what they need. */
class VariantBuilds {
  readonly #file: ManifestFile;
  readonly #build: Build;
  readonly #options: BuildOptions;
  /** The most space that a variant of this run has taken, and its name. */
  #largest: { readonly name: string; readonly bytes: number } | undefined;
  /** The lines that were parked at the beginning. */
  #parked: ReadonlySet<string> | undefined;

  constructor(file: ManifestFile, build: Build, options: BuildOptions) {
    this.#file = file;
    this.#build = build;
    this.#options = options;
  }

  /** Builds one variant. Whatever goes wrong with it is in the result, and stops no other variant. */
  async build(name: string): Promise<VariantResult> {
    const started = Date.now();
    let current: string | null = null;
    const onCurrent = (line: string): void => void (current = line);
    const seconds = (): number => (Date.now() - started) / 1000;
    try {
      const file = openVariant(this.#file, name);
      const area = await resolveArea(file.manifest.buildArea);
      const finished = await this.#finishedLine(file, area, name);
      if (finished !== undefined) return currentResult(name, finished, seconds());
      this.#assertSpace(area);
      const free = area.exists ? freeBytes(area.mountpoint) : undefined;
      const last = runNames(area).at(-1);
      const status = await this.#build(file, { name, switches: this.#options.switches, onCurrent });
      const built = await resolveArea(file.manifest.buildArea);
      const run = runNames(built).at(-1);
      const view = run === undefined || run === last ? undefined : listRuns(built, run).at(-1);
      const outcome = outcomeOf(status, view);
      if ((outcome === 'done' || outcome === 'failed') && !this.#options.keepsLines)
        await this.#replace(name, outcome === 'done').catch((error: unknown) => reportError(error, false));
      if (free !== undefined) this.#remember(name, free - freeBytes(built.mountpoint));
      const steps = view?.steps ?? [];
      const failed = steps.find((step) => step.outcome === 'failed')?.step;
      return {
        name,
        outcome,
        status,
        line: view?.line ?? current,
        run: view?.run ?? null,
        steps: steps.map(({ step }) => step),
        seconds: seconds(),
        message: failed === undefined ? null : `${failed} failed`,
      };
    } catch (error) {
      const message = refused(error);
      return { name, outcome: 'refused', status: 1, line: null, run: null, steps: [], seconds: seconds(), message };
    }
  }

  /**
   * The line of a variant that has its image already; `undefined`: it has to be built, or its line becomes that of the
   * build data. Without it each variant would be compared with all lines.
   */
  async #finishedLine(file: ManifestFile, area: BuildArea, name: string): Promise<string | undefined> {
    const { switches, given } = this.#options;
    if (switches || !area.exists) return undefined;
    this.#parked ??= new Set((await (await openBackend(area)).lines.list()).keys());
    return currentLineOf({ file, area }, name, this.#parked, { asksServers: true, given });
  }

  /** Removes the lines of a variant that its new one replaces. */
  async #replace(name: string, isFinished: boolean): Promise<void> {
    const { path } = this.#file;
    const places = await openPlaces(path);
    if (replacedLines(places.area, name, isFinished).length === 0) return;
    await underLock(places, path, 'lines', async ({ area, backend }) => {
      await new LineChanges(area, backend).remove(replacedLines(area, name, isFinished));
      nameAfterVariant(area);
    });
  }

  /** Refuses a variant that would fill the disk, as far as the others of this run show. */
  #assertSpace(area: BuildArea): void {
    if (!this.#largest || !area.exists) return;
    const free = freeBytes(area.mountpoint);
    if (free >= this.#largest.bytes) return;
    throw new AppError(
      'refused',
      `A variant may take ${bytes(this.#largest.bytes)}, as ${this.#largest.name} did; ${bytes(free)} are free.`,
      'Remove lines that are not needed: distro_const prune --keep-last N MANIFEST',
    );
  }

  #remember(name: string, taken: number): void {
    if (taken > (this.#largest?.bytes ?? 0)) this.#largest = { name, bytes: taken };
  }
}

const currentResult = (name: string, line: string, seconds: number): VariantResult => ({
  name,
  outcome: 'current',
  status: 0,
  line,
  run: null,
  steps: [],
  seconds,
  message: null,
});

/** @param run the run of the build; `undefined`: it has begun none */
function outcomeOf(status: number, run: RunView | undefined): VariantResult['outcome'] {
  if (!run) return status === 0 || status === NOTHING_TO_DO ? 'current' : 'refused';
  if (run.state === 'paused') return 'paused';
  return status === 0 ? 'done' : status > SIGNALS ? 'cancelled' : 'failed';
}

/** Prints why a variant was not built, and returns it as one line. */
function refused(error: unknown): string {
  if (!(error instanceof EarlyExit)) {
    reportError(error, false);
    return reasonOf(error);
  }
  for (const line of error.lines) writeError(`${line}\n`);
  return error.lines.join(' ');
}

/** Makes the line that had the build data before their line again, unless a variant has taken it. */
async function goBack({ path }: ManifestFile, home: string): Promise<void> {
  const places = await openPlaces(path);
  const isAway = (area: BuildArea): boolean => {
    const { lines, active } = readLines(area);
    return active !== home && lines.some(({ id, variant }) => id === home && variant === undefined);
  };
  if (!places.area.exists || !isAway(places.area)) return;
  await underLock(places, path, 'lines', async ({ area, backend, snapshots }) => {
    if (isAway(area)) await new LineChanges(area, backend, snapshots).activate(home);
  });
}
