import { lstatSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { finished, says, TestProject } from '../support/engine';
import { audit, recover } from '../support/faults/audit';
import { count, report, seedOf } from '../support/faults/count';
import { CHAIN, StepChain } from '../support/faults/step-chain';
import { Random } from '../support/random';
import { runTool } from '../support/run-tool';

/** The content that a file system may leave of a file that was written shortly before a power loss. */
const DAMAGES: Readonly<Record<string, (path: string) => void>> = {
  empty: (path) => truncateSync(path, 0),
  'all NUL': (path) => writeFileSync(path, Buffer.alloc(lstatSync(path).size)),
  'cut in half': (path) => truncateSync(path, Math.floor(lstatSync(path).size / 2)),
  'with a tail of NUL': (path) => {
    const content = readFileSync(path);
    writeFileSync(path, content.fill(0, Math.floor(content.length / 2)));
  },
};

let project: TestProject | undefined;
afterEach(() => project?.dispose());

describe('a file of the engine that is damaged', () => {
  it('never makes a command a defect, a checkpoint wrong, or a build impossible', async () => {
    const made = new TestProject();
    project = made;
    const chain = new StepChain(made, made.area, true);
    const buildData = join(made.area, 'build_data');
    await killInTheMiddle(made, chain);
    const kept = join(made.folder, 'kept');
    runTool('cp', '-a', made.area, kept);
    const begun = chain.begun();
    const random = new Random(seedOf(7));
    const cases = ownFiles(made.area)
      .flatMap((path) => Object.entries(DAMAGES).map(([name, damage]) => ({ path, name, damage })))
      .map((each) => ({ ...each, at: random.next() }))
      .sort((a, b) => a.at - b.at)
      .slice(0, count(4, 400));
    const problems: string[] = [];
    for (const { path, name, damage } of cases) {
      rmSync(made.area, { recursive: true });
      runTool('cp', '-a', kept, made.area);
      chain.resetRecord(begun);
      damage(join(made.area, path));
      const { wrong, lies } = await audit(made, chain, new Map());
      const unreported = wrong.filter((line) => !/is listed, and extract ends with 1: (?!.*defect)/s.test(line));
      const after = await recover(made, chain, buildData, CHAIN);
      const again = after === undefined ? undefined : await rebuilt(made, chain);
      const faults = [...unreported, ...lies, ...(again ?? [])];
      if (faults.length > 0) problems.push(`${path} ${name}: ${faults.join('\n    ')}${after ? `\n    ${after}` : ''}`);
    }
    report(`damaged files: ${cases.length} cases, ${problems.length} wrong`);
    expect(problems.join('\n')).toBe('');
    expect(cases.length).toBeGreaterThan(0);
  });
});

/** Leaves an area like an engine that is killed while a step runs, with a pause request that it has not read. */
async function killInTheMiddle(made: TestProject, chain: StepChain): Promise<void> {
  expect((await made.build()).code).toBe(0);
  chain.edition = 2;
  const build = made.start('distro_const', ['build', '-r', 'b', 'manifest.xml']);
  const ended = finished(build);
  await says(build, /begun c/);
  build.kill('SIGKILL');
  await ended;
  writeFileSync(join(made.area, '.slipway', 'pause'), JSON.stringify({ step: 'e' }));
}

/** What a build from the beginning does after resuming was refused. */
async function rebuilt(made: TestProject, chain: StepChain): Promise<string[]> {
  const { code, stderr } = await made.build();
  if (code !== 0) return [`a new build ends with ${code}: ${stderr.trim()}`];
  const { lost, wrong, lies } = await audit(made, chain, new Map());
  return [...lost, ...wrong, ...lies];
}

/** The engine's own files, without the trees of checkpoints. */
function ownFiles(area: string): string[] {
  const found: string[] = [];
  const walk = (below: string): void => {
    for (const entry of readdirSync(join(area, below), { withFileTypes: true })) {
      const path = join(below, entry.name);
      if (entry.isFile() && lstatSync(join(area, path)).size > 0) found.push(path);
      else if (entry.isDirectory() && !/^(build_data|media)$|\.slipway\/(snapshots|objects|content)/.test(path))
        walk(path);
    }
  };
  walk('');
  return found.sort();
}
