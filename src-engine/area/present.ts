import type { ManifestReadRecord, StepInput } from '../../src-shared/checkpoints/execution';
import { NO_CONTENT, words } from '../../src-shared/checkpoints/fingerprint';
import type { Now, PresentStep } from '../../src-shared/checkpoints/step-differences';
import { loadManifest } from '../../src-shared/manifest/load';
import type { BuildStepDeclaration } from '../../src-shared/manifest/model';
import { decodeManifest } from '../../src-shared/manifest/source';
import type { ElementNode } from '../../src-shared/manifest/tree';
import { isSecretName } from '../../src-shared/secrets';
import { shortHash } from '../system/short-hash';
import type { BuildArea } from './area';
import { DocumentFolder, InputStates } from './input-states';
import type { ManifestFile } from './manifest-file';
import { readValues } from './manifest-values';
import { BUILT_IN_IM_POP, scriptFile, scriptHash } from './step-script';
import { givenBy, type GivenVariables } from './step-variables';

/** The hash under which the values given to a step are remembered. */
export function valuesHash(values: readonly string[]): string {
  return shortHash(JSON.stringify(values));
}

/** How the present is asked. */
export interface PresentOptions {
  /** Whether servers are asked about URLs that steps used. `false`: such a checkpoint is of unknown freshness. */
  readonly asksServers: boolean;
  /** What `--env` gives. */
  readonly given?: GivenVariables | undefined;
}

/**
 * The present, looked at once: scripts are hashed, values read, inputs looked at and old manifests parsed one time however many
 * checkpoints are judged.
 */
export class Present {
  readonly #scripts = new Map<string, string>();
  readonly #answers = new Map<string, readonly string[]>();
  readonly #manifests = new Map<string, ElementNode | undefined>();
  readonly #inputs: InputStates;

  constructor(
    private readonly area: BuildArea,
    private readonly file: ManifestFile,
    { asksServers, given }: PresentOptions,
  ) {
    this.#inputs = new InputStates({
      folder: new DocumentFolder(file.path),
      area: area.mountpoint,
      variables: { ...process.env, ...givenBy(file.manifest, given).values },
      asksServers,
    });
  }

  /** Finds out the present states of inputs; the steps that `step` returns can answer for these. */
  look(inputs: readonly StepInput[]): Promise<void> {
    return this.#inputs.look(inputs);
  }

  /** A step of the present manifest, for comparison with what ran. `then` finds the tree of the manifest it ran with. */
  step(step: BuildStepDeclaration, then: () => ElementNode | undefined): PresentStep {
    const script = step.script ?? BUILT_IN_IM_POP;
    return {
      name: step.name,
      script: step.script ?? '(built in)',
      scriptNow: nowOf(this.#once(this.#scripts, script, (name) => scriptHash(scriptFile(name)))),
      args: step.args,
      area: this.area.mountpoint,
      answer: (read) => this.#answer(read, then),
      input: (input) => this.#inputs.of(input),
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

  #answer(read: ManifestReadRecord, then: () => ElementNode | undefined): ReturnType<PresentStep['answer']> {
    const values = this.#once(this.#answers, `${read.isKey} ${read.request}`, () =>
      readValues(this.file.defaulted.root, read.request, read.isKey),
    );
    const hash = valuesHash(values);
    if (hash === read.hash) return { hash, now: '', then: undefined };
    // Hashed but never shown: reasons and journals are read by many.
    const isSecret = read.request.split(/[^\w.-]+/).some(isSecretName);
    const tree = isSecret ? undefined : then();
    const old = tree && readValues(tree, read.request, read.isKey);
    // Only values that belong to the recorded hash may be shown as what the step was given.
    const isKnown = old !== undefined && valuesHash(old) === read.hash;
    return { hash, now: words(values), then: isKnown ? words(old) : undefined };
  }

  #once<T>(known: Map<string, T>, key: string, find: (key: string) => T): T {
    const found = known.has(key) ? (known.get(key) as T) : find(key);
    known.set(key, found);
    return found;
  }
}

function nowOf(hash: string): Now {
  return hash === NO_CONTENT.unreadable ? { unknown: 'cannot be read now' } : { hash };
}
