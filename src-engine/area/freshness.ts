import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { DeclaredInput, ManifestReadRecord, StepExecution } from '../../src-shared/checkpoints/execution';
import { words, type PresentStep } from '../../src-shared/checkpoints/fingerprint';
import { checkpointFreshness, type CheckpointFreshness } from '../../src-shared/checkpoints/staleness';
import { loadManifest } from '../../src-shared/manifest/load';
import type { BuildStepDeclaration } from '../../src-shared/manifest/model';
import { decodeManifest } from '../../src-shared/manifest/source';
import type { ElementNode } from '../../src-shared/manifest/tree';
import type { BuildArea } from './area';
import { readCheckpointRecord, readStateFile } from './checkpoint-records';
import type { ManifestFile } from './manifest-file';
import { readValues } from './manifest-values';
import { isSecretName } from '../../src-shared/secrets';

/** 128 bits are plenty to tell edits apart. */
export function shortHash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

/** The hash under which the values given to a step are remembered. */
export function valuesHash(values: readonly string[]): string {
  return shortHash(JSON.stringify(values));
}

/** Hash of a file's content; `undefined` when it cannot be read. */
export function fileHash(path: string): string | undefined {
  try {
    return shortHash(readFileSync(path));
  } catch {
    return undefined;
  }
}

/** Hash of a declared input as it is now. */
export function inputHash(input: Pick<DeclaredInput, 'kind' | 'value'>): string {
  return input.kind === 'url' ? shortHash(input.value) : (fileHash(input.value) ?? 'missing');
}

/**
 * The present, looked at once: scripts are hashed, values read and old manifests parsed one time however many checkpoints are
 * judged.
 */
class Present {
  readonly #scripts = new Map<string, string | undefined>();
  readonly #answers = new Map<string, readonly string[]>();
  readonly #manifests = new Map<string, ElementNode | undefined>();

  constructor(private readonly file: ManifestFile) {}

  /** A step of the present manifest, for comparison with what ran. `then` is the tree of the manifest it ran with. */
  step(step: BuildStepDeclaration, then: ElementNode | undefined): PresentStep {
    return {
      name: step.name,
      script: step.script ?? '(built in)',
      scriptHash: step.script === undefined ? 'built in' : this.#once(this.#scripts, step.script, fileHash),
      args: step.args,
      answer: (read: ManifestReadRecord) => {
        const values = this.#once(this.#answers, `${read.isKey} ${read.request}`, () =>
          readValues(this.file.defaulted.root, read.request, read.isKey),
        );
        const hash = valuesHash(values);
        if (hash === read.hash) return { hash, now: '', then: undefined };
        // Hashed but never shown: reasons and journals are read by many.
        const secret = read.request.split(/[^\w.-]+/).some(isSecretName);
        const old = then && !secret ? readValues(then, read.request, read.isKey) : undefined;
        // Only words that belong to the recorded hash may be shown as what the step was given.
        const known = old !== undefined && valuesHash(old) === read.hash;
        return { hash, now: words(values), then: known ? words(old) : undefined };
      },
      inputHash,
    };
  }

  /** The tree of a manifest of then; `undefined` when its copy is damaged: reasons are then given without the old values. */
  manifest(bytes: Buffer): ElementNode | undefined {
    return this.#once(this.#manifests, shortHash(bytes), () => {
      try {
        return loadManifest(decodeManifest(bytes), { now: new Date() }).defaulted.root;
      } catch {
        return undefined;
      }
    });
  }

  #once<T>(known: Map<string, T>, key: string, find: (key: string) => T): T {
    const found = known.has(key) ? (known.get(key) as T) : find(key);
    known.set(key, found);
    return found;
  }
}

const presents = new WeakMap<ManifestFile, Present>();

/** Judges the checkpoint of step `index` against the manifest and scripts as they were when the first of the file's was judged. */
export async function freshnessOf(area: BuildArea, file: ManifestFile, index: number): Promise<CheckpointFreshness> {
  const steps = file.manifest.steps;
  const step = steps[index];
  if (!step) return { kind: 'unknown' };
  const present = presents.get(file) ?? new Present(file);
  presents.set(file, present);
  const record = await readCheckpointRecord(area, step.name);
  const copy = await readStateFile(area, step.name);
  const then = copy && present.manifest(copy);
  return checkpointFreshness(steps, index, record?.history ?? undefined, (i) => {
    const declared = steps[i];
    if (!declared) throw new Error(`no step ${i}`);
    return present.step(declared, then);
  });
}

/** Reads the `path` and `url` lines that a step wrote into its inputs file. Other lines are ignored. */
export function declaredInputs(text: string): DeclaredInput[] {
  const inputs: DeclaredInput[] = [];
  for (const line of text.split('\n')) {
    const match = /^(path|url)\s+(\S.*?)\s*$/.exec(line);
    if (!match?.[1] || !match[2]) continue;
    const input = { kind: match[1] as 'path' | 'url', value: match[2] };
    inputs.push({ ...input, hash: inputHash(input) });
  }
  return inputs;
}

/** What is remembered of one execution of a step. */
export interface ExecutionFacts {
  readonly reads: readonly ManifestReadRecord[];
  readonly inputs: readonly DeclaredInput[];
  readonly scriptHash: string;
  readonly outcome: 'done' | 'failed';
  readonly run: string;
  readonly seconds: number;
}

/** Makes the record of an execution that just ended. */
export function executionOf(step: BuildStepDeclaration, facts: ExecutionFacts): StepExecution {
  return {
    step: step.name,
    script: step.script ?? '(built in)',
    args: step.args,
    finishedAt: Math.floor(Date.now() / 1000),
    ...facts,
  };
}
