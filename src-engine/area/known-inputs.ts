import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StepInput } from '../../src-shared/checkpoints/execution';
import { readRegularFile, writeUnsynced } from '../system/files';
import type { BuildArea } from './area';

/**
 * The inputs of each step's last execution, so that the next one knows them before it starts. Without this file the
 * build still works: a file is then known once the step declares it, and a large one is read once more.
 */
export class KnownInputs {
  readonly #path: string;
  readonly #steps: Map<string, readonly StepInput[]>;

  constructor(area: BuildArea) {
    this.#path = join(area.stateFolder, 'checkpoints', 'known-inputs');
    this.#steps = readAll(this.#path);
  }

  of(step: string): readonly StepInput[] {
    return this.#steps.get(step) ?? [];
  }

  set(step: string, inputs: readonly StepInput[]): void {
    if (JSON.stringify(this.of(step)) === JSON.stringify(inputs)) return;
    this.#steps.set(step, inputs);
    mkdirSync(dirname(this.#path), { recursive: true });
    writeUnsynced(this.#path, JSON.stringify(Object.fromEntries(this.#steps)));
  }
}

function readAll(path: string): Map<string, readonly StepInput[]> {
  try {
    const content: unknown = JSON.parse(readRegularFile(path).toString());
    if (typeof content !== 'object' || content === null) return new Map();
    return new Map(
      Object.entries(content).map(([step, inputs]) => [step, Array.isArray(inputs) ? inputs.filter(isInput) : []]),
    );
  } catch {
    return new Map(); // not there yet, or damaged
  }
}

function isInput(value: unknown): value is StepInput {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, value: name, hash } = value as Partial<Record<keyof StepInput, unknown>>;
  return ['path', 'url', 'env'].includes(String(kind)) && typeof name === 'string' && typeof hash === 'string';
}
