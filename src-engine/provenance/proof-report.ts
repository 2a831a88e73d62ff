import { createReadStream } from 'node:fs';
import { open, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProveAnswer, ProveDifference } from '../../src-shared/engine-answers/prove';
import { escapeName } from '../../src-shared/name-escapes';
import type { BuildArea } from '../area/area';
import type { ManifestFile } from '../area/manifest-file';
import { listRuns } from '../area/runs';
import { scriptFile } from '../area/step-script';
import { FolderTree } from '../snapshots/folder-tree';
import type { ComparedMedium, ProofResult } from './prove';
import type { FoundDifference } from './compare-builds';
import { diffoscope, MAX_COMPARED_BYTES } from './diffoscope';
import { explain, explanationFields, type Explanation } from './explain';
import { readPair } from './file-pair';

const MAX_DIFFERENCES = 100;
const BLOCK_BYTES = 1024 * 1024;

/** Where the report of a proof finds scripts and the names of hosts. */
interface Subject {
  readonly area: BuildArea;
  readonly file: ManifestFile;
  /** Whether the line of the rebuild stays. */
  readonly keeps: boolean;
}

/** What `prove --json` prints. Both builds are still there. */
export async function proveAnswerOf(result: ProofResult, { area, file, keeps }: Subject): Promise<ProveAnswer> {
  const { name, origin, comparison, media, rebuild, line } = result;
  const medium = media.find((one) => one.file.name === name);
  if (!medium) throw new Error('the proof has not compared its image');
  const isEqual = medium.sha256 === medium.rebuilt;
  const runs = new Set([...origin.made.history.map(({ run }) => run), rebuild]);
  const hosts = [...new Set(listRuns(area).flatMap(({ run, host }) => (runs.has(run) && host ? [host] : [])))];
  const { steps } = file.manifest;
  const scriptOf = (step: string): string => scriptFile(steps.find((one) => one.name === step)?.script ?? '');
  const context = { hosts, scriptOf };
  const all = comparison.differences;
  const times = isEqual || all.length > 0 ? undefined : await comparison.differingTimes();
  const image = isEqual || medium.rebuilt === undefined ? null : await imageDifference(result, medium, context);
  const report = isEqual ? undefined : await diffoscopeReport(result, medium);
  return {
    name,
    equal: isEqual,
    sha256: medium.sha256,
    rebuilt: medium.rebuilt ?? null,
    run: origin.made.run,
    rebuild,
    origin: isEqual && origin.origin === 'resumed' ? 'proven' : isEqual ? origin.origin : unproven(origin.origin),
    compared: comparison.checkpoints.map(({ step, differences }) => ({ step, differences: differences.length })),
    media: media.map(({ file: { name: one }, sha256, rebuilt }) => ({ name: one, equal: sha256 === rebuilt })),
    differences: all.slice(0, MAX_DIFFERENCES).map((one) => differenceOf(one, context)),
    total: all.length,
    times: times?.count ?? 0,
    image,
    ...(report !== undefined && { diffoscope: report }),
    line: keeps ? line : null,
  };
}

/** A rebuild that differs outweighs an earlier one that did not. */
const unproven = (origin: ProveAnswer['origin']): ProveAnswer['origin'] => (origin === 'proven' ? 'resumed' : origin);

interface Context {
  readonly hosts: readonly string[];
  readonly scriptOf: (step: string) => string;
}

function differenceOf(found: FoundDifference, { hosts, scriptOf }: Context): ProveDifference {
  const { path, change, what, before, after, steps, rebuiltBy, pair } = found;
  const explained: Explanation = explain({
    path,
    what,
    pair: pair ?? { before: undefined, after: undefined },
    hosts,
    script: scriptOf(rebuiltBy),
  });
  return {
    path: escapeName(path),
    change,
    what: [...what],
    before,
    after,
    steps: [...steps],
    rebuiltBy,
    ...explanationFields(explained),
  };
}

async function imageDifference(
  { name, origin, folders }: ProofResult,
  medium: ComparedMedium,
  { hosts, scriptOf }: Context,
): Promise<ProveAnswer['image']> {
  const pair = await readPair(new FolderTree(folders.proven), new FolderTree(folders.rebuilt), name);
  const { step } = origin.made;
  const explained = explain({ path: name, what: ['content'], pair, hosts, script: scriptOf(step) });
  const offset = await firstDifference(medium.file.path, join(folders.rebuilt, name));
  return { step, offset, ...explanationFields(explained) };
}

/** The index of the first byte that differs, or the length of the shorter file. */
async function firstDifference(before: string, after: string): Promise<number> {
  const other = await open(after, 'r');
  try {
    let offset = 0;
    for await (const chunk of createReadStream(before, { highWaterMark: BLOCK_BYTES })) {
      const block = chunk as Buffer;
      const { buffer, bytesRead } = await other.read(Buffer.alloc(block.length), 0, block.length, offset);
      const at = block.findIndex((byte, index) => index >= bytesRead || byte !== buffer[index]);
      if (at >= 0) return offset + at;
      offset += block.length;
    }
    return offset;
  } finally {
    await other.close();
  }
}

/** About the first differing file that is not text, or about small images. */
async function diffoscopeReport(
  { comparison, folders, name }: ProofResult,
  { file }: ComparedMedium,
): Promise<string | undefined> {
  const [first] = comparison.differences;
  if (!first) return file.size > MAX_COMPARED_BYTES ? undefined : diffoscope(file.path, join(folders.rebuilt, name));
  const { before, after } = first.pair ?? {};
  if (!before || !after || !(before.includes(0) || after.includes(0))) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'slipway-proof-'));
  try {
    const paths = [join(folder, 'before'), join(folder, 'after')] as const;
    await writeFile(paths[0], before);
    await writeFile(paths[1], after);
    return await diffoscope(...paths);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
