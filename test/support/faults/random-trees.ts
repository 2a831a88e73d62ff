import { chownSync, copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from '../engine';
import type { Random } from '../random';
import { readCheckpoint } from './audit';
import type { Place } from './places';

const STEPS = ['s0', 's1', 's2', 's3'];
const HELPER = join(import.meta.dirname, 'random-tree.py');

/** The results of one project with random trees. */
export interface TreesCompared {
  /** The numbers of checkpoints that were read and of rollbacks that were compared. */
  trees: number;
  entries: number;
  readonly differences: string[];
}

/**
 * A project whose steps change their tree at random. Before it changes anything, each step records the full metadata of
 * the tree that it finds. The checkpoint before the step must have the same metadata.
 */
export class RandomTrees {
  readonly #truth: string;
  readonly compared: TreesCompared = { trees: 0, entries: 0, differences: [] };

  constructor(
    private readonly place: Place,
    private readonly random: Random,
    private readonly options: { readonly wholeSeconds: boolean; readonly operations: number },
  ) {
    const { project } = place;
    this.#truth = join(project.folder, 'truth');
    mkdirSync(this.#truth);
    if (project.user) chownSync(this.#truth, project.user.uid, project.user.gid);
    copyFileSync(HELPER, join(project.folder, 'random-tree.py')); // the account may not be able to read the checkout
  }

  /** Builds from the beginning, then resumes at random steps, and compares all checkpoints after each build. */
  async run(builds: number): Promise<void> {
    await this.#build(undefined);
    for (let n = 1; n < builds && this.compared.differences.length === 0; n++)
      await this.#build(this.random.pick(['', ...STEPS]) || undefined);
  }

  async #build(from: string | undefined): Promise<void> {
    const { project } = this.place;
    this.#writeSteps();
    const what = from === undefined ? 'build' : `build -r ${from}`;
    if (from !== undefined) copyFileSync(this.#truthOf(from), this.#truthOf('before'));
    const { code, stderr } = await project.build(...(from === undefined ? [] : ['-r', from]));
    if (code !== 0) {
      this.compared.differences.push(`${what} ends with ${code}: ${stderr.trim().split('\n').slice(-5).join(' / ')}`);
      return;
    }
    // The first step of a resumed build must find the same tree as that step found before.
    if (from !== undefined) await this.#compare(`${what}: rolled back`, this.#truthOf('before'), this.#truthOf(from));
    for (const step of STEPS) await this.#compareCheckpoint(what, step);
  }

  async #compareCheckpoint(what: string, step: string): Promise<void> {
    const { project } = this.place;
    const folder = join(project.folder, 'tmp', 'extracted');
    try {
      const { code, stderr } = await readCheckpoint(project, step, folder);
      if (code === 0) await this.#compare(`${what}: checkpoint ${step}`, this.#truthOf(step), folder);
      else this.compared.differences.push(`${what}: extract of ${step} ends with ${code}: ${stderr.trim()}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async #compare(what: string, truth: string, found: string): Promise<void> {
    const argv = ['python3', this.#helper(), ...this.#loose(), 'compare', truth, found];
    const { stdout, stderr } = await finished(this.place.project.spawn(argv));
    const [entries = '', ...differences] = stdout.trimEnd().split('\n');
    if (!/^\d+$/.test(entries)) throw new Error(`the comparison failed: ${stderr}`);
    this.compared.trees++;
    this.compared.entries += Number(entries);
    this.compared.differences.push(...differences.map((line) => `${what}: ${line}`));
  }

  #writeSteps(): void {
    const { project, area } = this.place;
    const seed = this.random.below(1 << 30);
    project.write({ steps: STEPS.map((name) => ({ name })), area });
    // A separate script, because the file that a project's scripts usually write to may have become a pipe.
    for (const name of STEPS) {
      const options = [...this.#loose(), 'step'].join(' ');
      const operands = `'${this.#truthOf(name)}' ${seed}-${name} ${this.options.operations}`;
      project.file(
        `scripts/${name}`,
        `#!/bin/sh\nexec python3 '${this.#helper()}' ${options} "\${2%/*}" ${operands}\n`,
      );
    }
  }

  readonly #helper = (): string => join(this.place.project.folder, 'random-tree.py');
  readonly #truthOf = (step: string): string => join(this.#truth, step);
  readonly #loose = (): string[] => (this.options.wholeSeconds ? ['--loose'] : []);
}
