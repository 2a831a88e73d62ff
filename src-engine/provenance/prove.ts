import { hostname } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { plural } from '../../src-shared/format';
import { escapeName } from '../../src-shared/name-escapes';
import type { BuildArea } from '../area/area';
import { Freshness } from '../area/freshness';
import { readLineResult } from '../area/line-result';
import type { ManifestFile } from '../area/manifest-file';
import { runNames } from '../area/run-names';
import { newestRun } from '../area/runs';
import { listMedia, mediumNamed, type MediaFile } from '../boot-test/media';
import { LineChanges } from '../lines/line-changes';
import { readLines } from '../lines/line-file';
import { parkedMedia } from '../lines/parked-media';
import { rebuildLine, type BuildLine } from '../run/build-line';
import type { SnapshotBackend } from '../snapshots/backend';
import { exists } from '../system/files';
import { sha256Of } from '../system/sha256';
import { writeError } from '../system/standard-streams';
import { BuildComparison, type FoundDifference } from './compare-builds';
import { MediaOrigins, type MediumOrigin } from './media-origin';
import { addProofs, type Proof } from './proofs';

/** An image of the proven build, and whether the rebuild has the same bytes. */
export interface ComparedMedium {
  readonly file: MediaFile;
  readonly sha256: string;
  /** `undefined`: the rebuild has no such file. */
  readonly rebuilt: string | undefined;
}

/** What a proof has found. The rebuild is still there while it is reported. */
export interface ProofResult {
  readonly name: string;
  readonly origin: Exclude<MediumOrigin, { origin: null }>;
  readonly comparison: BuildComparison;
  readonly media: readonly ComparedMedium[];
  readonly rebuild: string;
  /** The id of the line of the rebuild. */
  readonly line: string;
  /** The folders with the images of both builds. */
  readonly folders: { readonly proven: string; readonly rebuilt: string };
}

interface ProofParts {
  readonly area: BuildArea;
  readonly file: ManifestFile;
  /** The name of an image. */
  readonly name: string;
  /** Keep the line of the rebuild. */
  readonly keeps: boolean;
  /** Reports the result while both builds are there. */
  readonly report: (result: ProofResult) => Promise<void>;
}

/** A clean rebuild that is compared with the line of the build data. It implements the `Rebuild` of a build. */
export class ImageProof {
  readonly #parts: ProofParts;
  #begun:
    | {
        readonly backend: SnapshotBackend;
        readonly comparison: BuildComparison;
        readonly origin: ProofResult['origin'];
        readonly proven: string;
        readonly line: string;
      }
    | undefined;

  constructor(parts: ProofParts) {
    this.#parts = parts;
  }

  /** Refuses what cannot be proven. */
  async begin(backend: SnapshotBackend): Promise<BuildLine> {
    const { area, file, name } = this.#parts;
    const origin = new MediaOrigins(area, file.path).of(await mediumNamed(area.media, name));
    if (origin.origin === null)
      throw new AppError('refused', `The origin of ${name} is unknown: ${origin.unknown}.`, 'Build it again.');
    await this.#refuseStale();
    const proven = readLines(area).active;
    const line = rebuildLine(area, name);
    const comparison = new BuildComparison({ area, backend, steps: file.manifest.steps, proven });
    this.#begun = { backend, comparison, origin, proven, line: line.id };
    return line;
  }

  /** A rebuild of other inputs would prove nothing. */
  async #refuseStale(): Promise<void> {
    const { area, file, name } = this.#parts;
    const judge = new Freshness(area, file, { asksServers: true });
    const freshness = await judge.ofResult(readLineResult(area, area));
    if (freshness.kind === 'unknown')
      writeError(`It is not certain that the inputs are still those of ${name}: ${freshness.reason}.\n`);
    if (freshness.kind !== 'stale') return;
    throw new AppError(
      'refused',
      `The inputs have changed since ${name} was built: ${freshness.reasons.join('; ')}.`,
      'Undo the change, or build the image again: distro_const build --continue MANIFEST',
    );
  }

  async checkpointTaken(step: string): Promise<void> {
    const found = await this.#present.comparison.checkpoint(step);
    if (found) writeError(`prove: before ${step}: ${summary(found)}\n`);
  }

  /** Returns 0 for equal and 1 for different images. Goes back to the proven line in every case. */
  async end(code: number): Promise<number> {
    const { area, keeps } = this.#parts;
    const { backend } = this.#present;
    const isDone = code === 0;
    try {
      if (isDone) return await this.#compared();
      if (code > 128) return code;
      const step = newestRun(area)?.steps.find(({ outcome }) => outcome === 'failed')?.step;
      throw new AppError(
        'step',
        `The rebuild failed${step === undefined ? '' : ` at the step ${step}`}, so that nothing is known about the image.`,
        'Its log has the reason. The image and its checkpoints are unchanged.',
      );
    } finally {
      await new LineChanges(area, backend).endProof(keeps && isDone);
    }
  }

  async #compared(): Promise<number> {
    const { area, name, report } = this.#parts;
    const { comparison, origin, proven, line } = this.#present;
    writeError(`prove: the end: ${summary(await comparison.end())}\n`);
    const folders = { proven: parkedMedia(area, proven), rebuilt: area.media };
    const media = await this.#media(folders);
    const rebuild = runNames(area).at(-1) ?? '';
    const result: ProofResult = { name, origin, comparison, media, rebuild, line, folders };
    const at = Math.floor(Date.now() / 1000);
    const equal = media.filter(({ sha256, rebuilt }) => sha256 === rebuilt);
    addProofs(
      area,
      equal.map(({ file, sha256 }): Proof => {
        const { size, modified } = file;
        return { run: origin.made.run, name: file.name, size, modified, sha256, at, host: hostname(), rebuild };
      }),
    );
    await report(result);
    return equal.some(({ file }) => file.name === name) ? 0 : 1;
  }

  /** All images that the proven build has made. */
  async #media(folders: ProofResult['folders']): Promise<ComparedMedium[]> {
    const { area } = this.#parts;
    const { proven } = this.#present;
    const origins = new MediaOrigins(area, this.#parts.file.path, proven);
    const result: ComparedMedium[] = [];
    for (const file of await listMedia(folders.proven)) {
      if (origins.of(file).origin === null) continue;
      const rebuilt = join(folders.rebuilt, file.name);
      result.push({
        file,
        sha256: await sha256Of(file.path),
        rebuilt: exists(rebuilt) ? await sha256Of(rebuilt) : undefined,
      });
    }
    return result;
  }

  get #present() {
    if (!this.#begun) throw new Error('the proof has not begun');
    return this.#begun;
  }
}

function summary(found: readonly FoundDifference[]): string {
  const [first] = found;
  if (!first) return 'equal';
  const by = first.steps.length > 1 ? `one of ${first.steps.join(', ')}` : (first.steps[0] ?? 'no step');
  return `${plural(found.length, 'file')} of ${by} differ, the first is ${escapeName(first.path)}`;
}
