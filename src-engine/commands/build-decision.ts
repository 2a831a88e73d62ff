import type { BuildStep } from '../../src-shared/checkpoints/model';
import type { BuildArea } from '../area/area';
import type { ManifestFile } from '../area/manifest-file';
import { nameByCause } from '../lines/line-cause';
import { LineChanges } from '../lines/line-changes';
import { lineName, readLines } from '../lines/line-file';
import { isOfOther, takeLine } from '../lines/variant-lines';
import { searchLines } from '../lines/line-search';
import { madeLine, presentLine, type BuildLine } from '../run/build-line';
import type { Snapshot, SnapshotBackend } from '../snapshots/backend';
import { writeError } from '../system/standard-streams';
import type { BuildRequest } from './build-request';

/** The status of `build --continue --detailed-exit` when there is nothing to do. */
const NOTHING_TO_DO = 3;

/** What a build does: it resumes at a step or begins at the beginning, on a line; or it is done already. */
export type BuildDecision =
  | {
      readonly kind: 'build';
      readonly resume: number | undefined;
      readonly line: BuildLine;
      /** The snapshots of the line that it resumes on. */
      readonly snapshots: readonly Snapshot[];
    }
  | { readonly kind: 'done'; readonly status: number };

interface Decided {
  readonly file: ManifestFile;
  readonly area: BuildArea;
  readonly backend: SnapshotBackend;
  readonly steps: readonly BuildStep[];
  readonly request: BuildRequest;
}

/**
 * Decides what a build does. The caller holds the area's lock. `--continue` may change the line of the build data.
 *
 * @param snapshots those of the build data
 * @param parked the line to resume on when it is not that of the build data, and its snapshots
 */
export async function decideBuild(
  decided: Decided,
  snapshots: readonly Snapshot[],
  parked?: { readonly id: string; readonly snapshots: readonly Snapshot[] },
): Promise<BuildDecision> {
  const { request } = decided;
  if (!request.continues) {
    const line = await lineOf(decided, snapshots, request.resume, parked?.id);
    return { kind: 'build', resume: request.resume, line, snapshots: parked?.snapshots ?? snapshots };
  }
  const { area, backend } = decided;
  const choice = await searchLines({ ...decided, snapshots }, { asksServers: true, given: request.given });
  const lines = readLines(area);
  const name = lineName(lines, choice.line);
  switch (choice.kind) {
    case 'nothing':
      request.variant?.onCurrent(choice.line);
      writeError(`Nothing to do: line ${name} is current.\n`);
      return { kind: 'done', status: request.detailedExit ? NOTHING_TO_DO : 0 };
    case 'switch':
      request.variant?.onCurrent(choice.line);
      if (request.variant?.switches === false) {
        writeError(`Nothing to do: line ${name} is current.\n`);
        return { kind: 'done', status: request.detailedExit ? NOTHING_TO_DO : 0 };
      }
      await new LineChanges(area, backend).activate(choice.line);
      writeError(`Switched to line ${name}, which is current. Nothing was run.\n`);
      return { kind: 'done', status: 0 };
    case 'fork': {
      const line = await lineOf(decided, snapshots, choice.step, choice.line);
      return { kind: 'build', resume: choice.step, line, snapshots: choice.snapshots };
    }
    case 'resume':
      return { kind: 'build', resume: choice.step, line: await lineOf(decided, snapshots, choice.step), snapshots };
    case 'build':
      return { kind: 'build', resume: undefined, line: await lineOf(decided, snapshots, undefined), snapshots };
  }
}

/**
 * The line of a build that resumes at a step. It makes one with `--fork`, when it forks from a parked line, and where the
 * build data is that of another variant, or of the manifest without one.
 *
 * @param from a parked line
 */
async function lineOf(
  { file, area, request }: Decided,
  snapshots: readonly Snapshot[],
  resume: number | undefined,
  from?: string,
): Promise<BuildLine> {
  const variant = request.variant?.name;
  const keeps = from !== undefined || ((request.fork || isOfOther(area, variant)) && snapshots.length > 0);
  if (!keeps && variant !== undefined) takeLine(area, variant);
  if (!keeps) return presentLine(area);
  const name =
    variant ?? (await nameByCause(area, file, snapshots, resume, { asksServers: false, given: request.given }));
  const step = resume === undefined ? undefined : file.manifest.steps[resume]?.name;
  return madeLine(area, name, from ?? readLines(area).active, step, variant);
}
