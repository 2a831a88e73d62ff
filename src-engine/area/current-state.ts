import type { ManifestReadRecord, StepInput } from '../../src-shared/checkpoints/execution';
import { NO_CONTENT, quotedList } from '../../src-shared/checkpoints/fingerprint';
import type { KnownHash, CurrentStep } from '../../src-shared/checkpoints/step-differences';
import { interpretManifest } from '../../src-shared/manifest/interpret';
import type { DeclaredStep } from '../../src-shared/manifest/model';
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

/** The recorded hash of the values given to a step. */
export function valuesHash(values: readonly string[]): string {
  return shortHash(JSON.stringify(values));
}

/** How the present state is determined. */
export interface CurrentStateOptions {
  /**
   * Whether servers are asked about URLs that steps used. When `false`, the freshness of such checkpoints is unknown.
   */
  readonly asksServers: boolean;
  /** Variables of `--env`. */
  readonly given?: GivenVariables | undefined;
}

/**
 * The present state, determined once for any number of checkpoints. Each script is hashed once, each value and input is
 * read once, and each old manifest is parsed once.
 */
export class CurrentState {
  readonly #area: BuildArea;
  readonly #file: ManifestFile;

  readonly #scripts = new Map<string, string>();
  readonly #answers = new Map<string, readonly string[]>();
  readonly #manifests = new Map<string, ElementNode | undefined>();
  readonly #inputs: InputStates;

  constructor(area: BuildArea, file: ManifestFile, { asksServers, given }: CurrentStateOptions) {
    this.#area = area;
    this.#file = file;
    this.#inputs = new InputStates({
      folder: new DocumentFolder(file.path),
      area: area.mountpoint,
      variables: { ...process.env, ...givenBy(file.manifest, given).values },
      asksServers,
    });
  }

  /** Determines the present states of inputs. Steps returned by `step` can then compare them. */
  load(inputs: readonly StepInput[]): Promise<void> {
    return this.#inputs.load(inputs);
  }

  /**
   * A step of the present manifest, to compare with an execution. `then` returns the manifest's tree at the time of
   * that execution.
   */
  step(step: DeclaredStep, then: () => ElementNode | undefined): CurrentStep {
    const script = step.script ?? BUILT_IN_IM_POP;
    return {
      name: step.name,
      script: step.script ?? '(built in)',
      scriptNow: nowOf(this.#once(this.#scripts, script, (name) => scriptHash(scriptFile(name)))),
      args: step.args,
      area: this.#area.mountpoint,
      answer: (read) => this.#answer(read, then),
      input: (input) => this.#inputs.of(input),
    };
  }

  /**
   * The tree of an older manifest; `undefined` when its copy is damaged. Reasons are then given without the old values.
   */
  manifest(bytes: Buffer): ElementNode | undefined {
    return this.#once(this.#manifests, shortHash(bytes), () => {
      try {
        return interpretManifest(decodeManifest(bytes), { now: new Date() }).defaulted.root;
      } catch {
        return undefined; // damaged
      }
    });
  }

  #answer(read: ManifestReadRecord, then: () => ElementNode | undefined): ReturnType<CurrentStep['answer']> {
    const values = this.#once(this.#answers, `${read.isKey} ${read.request}`, () =>
      readValues(this.#file.defaulted.root, read.request, read.isKey),
    );
    const hash = valuesHash(values);
    if (hash === read.hash) return { hash, now: '', then: undefined };
    // Hashed and never shown, because other users read reasons and journals.
    const isSecret = read.request.split(/[^\w.-]+/).some(isSecretName);
    const tree = isSecret ? undefined : then();
    const old = tree && readValues(tree, read.request, read.isKey);
    // The old value is shown only when it has the recorded hash.
    const isKnown = old !== undefined && valuesHash(old) === read.hash;
    return { hash, now: quotedList(values), then: isKnown ? quotedList(old) : undefined };
  }

  #once<T>(known: Map<string, T>, key: string, find: (key: string) => T): T {
    const found = known.has(key) ? (known.get(key) as T) : find(key);
    known.set(key, found);
    return found;
  }
}

function nowOf(hash: string): KnownHash {
  return hash === NO_CONTENT.unreadable ? { unknown: 'cannot be read now' } : { hash };
}
