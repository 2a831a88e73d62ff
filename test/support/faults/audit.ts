import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Ran, TestProject } from '../engine';
import type { History, StepChain } from './step-chain';

/** The results of the checks after a fault. */
export interface Audit {
  /** The number of checkpoints that were listed and read. */
  readonly checkpoints: number;
  /** The number of compared entries of their trees. */
  readonly entries: number;
  /** Checkpoints that should exist and do not. */
  readonly lost: readonly string[];
  /** Trees that differ from the expected ones. */
  readonly wrong: readonly string[];
  /** Answers of the engine that are wrong or missing. */
  readonly lies: readonly string[];
}

interface Listed {
  readonly checkpoints: readonly { readonly step: string; readonly snapshot: object | null }[];
}
interface Status {
  readonly lock: { readonly kind: string };
  readonly latestResumable: string | null;
  readonly lastRun: { readonly state: string } | null;
}

/**
 * Asks the engine for its checkpoints after a fault, reads every listed one with `extract`, and compares it with the
 * tree that its history makes.
 *
 * @param kept checkpoints that existed before and must still exist, with their histories
 */
export async function audit(
  project: TestProject,
  chain: StepChain,
  kept: ReadonlyMap<string, History>,
): Promise<Audit> {
  const lies: string[] = [];
  const lost: string[] = [];
  const wrong: string[] = [];
  let entries = 0;
  const listed = await ask<Listed>(project, lies, 'checkpoints');
  const steps = (listed?.checkpoints ?? []).filter(({ snapshot }) => snapshot !== null).map(({ step }) => step);
  for (const step of kept.keys()) if (!steps.includes(step)) lost.push(step);
  for (const step of steps) {
    const folder = join(project.folder, 'tmp', `extracted-${step}`);
    try {
      const { code, stderr } = await readCheckpoint(project, step, folder);
      if (code !== 0) {
        wrong.push(`${step} is listed, and extract ends with ${code}: ${stderr.trim()}`);
        continue;
      }
      const history = chain.historyOf(folder);
      const want = kept.get(step);
      if (!chain.isBefore(step, history)) wrong.push(`${step} has the history '${history}'`);
      if (want !== undefined && want !== history) wrong.push(`${step} has the history '${history}', and had '${want}'`);
      const found = await chain.manifest(folder);
      entries += found.length;
      const difference = firstDifferences(await chain.expected(history), found);
      if (difference !== '') wrong.push(`${step}, history '${history}': ${difference}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  await auditAnswers(project, steps, lies);
  return { checkpoints: steps.length, entries, lost, wrong, lies };
}

/** `status` and `plan` agree with the list of checkpoints, and report no dead build as running. */
async function auditAnswers(project: TestProject, steps: readonly string[], lies: string[]): Promise<void> {
  const status = await ask<Status>(project, lies, 'status');
  if (status) {
    if (status.lock.kind === 'held') lies.push('status: the lock is held');
    if (status.lastRun?.state === 'running') lies.push('status: the last run is running');
    if (status.latestResumable !== (steps.at(-1) ?? null))
      lies.push(`status: resumes from ${status.latestResumable}, checkpoints lists ${steps.join(' ') || 'nothing'}`);
  }
  const { code, stderr, stdout } = await project.run('plan', '-R', '--json', 'manifest.xml');
  if (code !== (steps.length > 0 ? 0 : 1) || /defect/.test(stderr))
    lies.push(`plan -R ends with ${code} where checkpoints lists ${steps.join(' ') || 'nothing'}: ${stderr.trim()}`);
  else if (code === 0 && (JSON.parse(stdout) as { resume: string }).resume !== steps.at(-1))
    lies.push(`plan -R: ${stdout.slice(0, 200)}`);
}

async function ask<T>(project: TestProject, lies: string[], command: string): Promise<T | undefined> {
  const { code, stdout, stderr } = await project.run(command, '--json', 'manifest.xml');
  if (code === 0) return JSON.parse(stdout) as T;
  lies.push(`${command} ends with ${code}: ${stderr.trim()}`);
  return undefined;
}

/**
 * Continues after a fault as a user would: `build -R`, or `build` when no step can be resumed. The tree must then be
 * that of an uninterrupted run, whose history has all steps. Returns the problem, or `undefined`.
 */
export async function recover(
  project: TestProject,
  chain: StepChain,
  buildData: string,
  steps: readonly string[],
): Promise<string | undefined> {
  const status = await ask<Status>(project, [], 'status');
  const options = status?.latestResumable == null ? [] : ['-R'];
  const { code, stderr } = await project.build(...options);
  if (code !== 0)
    return `build ${options.join(' ')} ends with ${code}: ${stderr.trim().split('\n').slice(-4).join(' / ')}`;
  const history = chain.historyOf(buildData);
  const names = history
    .split(',')
    .filter(Boolean)
    .map((entry) => entry.split(' ')[0]);
  if (names.join(' ') !== steps.join(' ')) return `build ${options.join(' ')}: the history is '${history}'`;
  const difference = firstDifferences(await chain.expected(history), await chain.manifest(buildData));
  return difference === '' ? undefined : `build ${options.join(' ')}: ${difference}`;
}

/** The first lines in which two manifests differ; `''` when they are equal. */
export function firstDifferences(expected: readonly string[], found: readonly string[]): string {
  const missing = expected.filter((line) => !found.includes(line)).slice(0, 3);
  const extra = found.filter((line) => !expected.includes(line)).slice(0, 3);
  return [...missing.map((line) => `must be: ${line}`), ...extra.map((line) => `is: ${line}`)].join(' | ');
}

/** Copies the exact tree of a checkpoint to a folder that does not exist yet. */
export function readCheckpoint(project: TestProject, step: string, folder: string): Promise<Ran> {
  return project.run('extract', 'manifest.xml', step, folder);
}
