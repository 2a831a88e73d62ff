import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bin, finished, says, TestProject } from '../support/engine';
import { eventually } from '../support/eventually';
import { hasZfs, zfsPool } from '../support/temp-zpool';

/*
 * Times as ratios, which depend little on the machine and its load: relative to `node -e 0`, and to another version of
 * the engine when SLIPWAY_BENCH_PEER names its folder `out/bin`. The runs of all subjects alternate. The tests assert
 * only that each command did its work.
 */

const RUNS = 20;
const CPU_RUNS = 5;
const TICK_SECONDS = 0.01;
const STEPS = Array.from({ length: 12 }, (_, n) => ({ name: `s${n}` }));
const LAST = 's11';

const peer = process.env['SLIPWAY_BENCH_PEER'];
const engines = [{ name: 'engine', bin }, ...(peer === undefined ? [] : [{ name: 'peer', bin: peer }])];
const rows: string[] = [];
const opened: { dispose(): void | Promise<void> }[] = [];

afterAll(async () => {
  for (const place of opened.reverse()) await place.dispose();
  process.stdout.write(`\n${rows.join('\n')}\n\n`);
});

/** A subject of the comparison. Its act returns its own seconds, or is timed. */
interface Subject {
  readonly name: string;
  act(): Promise<number>;
}

/** A project of one engine, with its own area. */
class Bench {
  readonly project: TestProject;

  constructor(
    readonly engine: (typeof engines)[number],
    area: (name: string) => string | undefined,
    manifest: Partial<ConstructorParameters<typeof TestProject>[0]> = {},
  ) {
    const at = area(engine.name);
    this.project = new TestProject({ steps: STEPS, ...(at !== undefined && { area: at }), ...manifest });
    opened.push(this.project);
    for (const { name } of manifest?.steps ? [] : STEPS) this.script(name, ':');
  }

  script(name: string, body: string): void {
    writeFileSync(join(this.project.folder, 'scripts', name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }

  get #env(): NodeJS.ProcessEnv {
    return { ...this.project.env, PATH: [this.engine.bin, process.env['PATH']].join(delimiter) };
  }

  run(...argv: readonly string[]): void {
    const { status, stderr } = spawnSync(join(this.engine.bin, 'distro_const'), argv, {
      cwd: this.project.folder,
      env: this.#env,
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    expect(status, stderr).toBe(0);
  }

  /** Seconds until the resumed step's first line. */
  async resume(step: string): Promise<number> {
    const started = performance.now();
    const child = spawn(join(this.engine.bin, 'distro_const'), ['build', '-r', step, 'manifest.xml'], {
      cwd: this.project.folder,
      env: this.#env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = finished(child);
    await says(child, /first line/);
    const seconds = (performance.now() - started) / 1000;
    expect((await ended).code).toBe(0);
    return seconds;
  }
}

const timed = (act: () => void): (() => Promise<number>) => {
  return async () => {
    const started = performance.now();
    act();
    return (performance.now() - started) / 1000;
  };
};

/** CPU time of all children that have ended, in seconds. */
function childrenCpu(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) * TICK_SECONDS;
}

const cpuOf = (act: () => void): (() => Promise<number>) => {
  return async () => {
    const before = childrenCpu();
    for (let n = 0; n < CPU_RUNS; n++) act();
    return (childrenCpu() - before) / CPU_RUNS;
  };
};

const bare = (): void => void spawnSync('node', ['-e', '0'], { stdio: 'ignore' });

/** Reports medians, and each subject as a ratio of all after it. One round is not counted. */
async function compare(what: string, subjects: readonly Subject[], count = RUNS): Promise<void> {
  const seconds = subjects.map((): number[] => []);
  for (let round = 0; round <= count; round++)
    for (const [n, subject] of subjects.entries()) {
      const own = await subject.act();
      if (round > 0) seconds[n]?.push(own);
    }
  const medians = seconds.map((own) => own.sort((a, b) => a - b)[own.length >> 1] ?? NaN);
  const [first = NaN] = medians;
  const others = subjects.slice(1).map(({ name }, n) => {
    const median = medians[n + 1] ?? NaN;
    return `${(first / median).toFixed(2)} of ${name} (${median.toFixed(3)} s)`;
  });
  rows.push(`${what.padEnd(52)} ${first.toFixed(3)} s: ${others.join(', ')}`);
}

const node: Subject = { name: 'node -e 0', act: timed(bare) };
const nodeCpu: Subject = { name: 'node -e 0', act: cpuOf(bare) };

const places: [string, boolean, () => Promise<(name: string) => string | undefined>][] = [
  ['plain', true, async () => () => undefined],
  [
    'zfs',
    hasZfs,
    async () => {
      const pool = await zfsPool(2 * 2 ** 30);
      opened.push(pool);
      return (name) => `${pool.name}/${name}`;
    },
  ],
];

describe.each(places)('%s', (kind, available, open) => {
  it.skipIf(!available)('twelve steps that do nothing, and a resume to the last one', async () => {
    const at = await open();
    const checked = engines.map((engine) => new Bench(engine, at));
    const builds = (benches: readonly Bench[]): Subject[] =>
      benches.map((bench) => ({ name: bench.engine.name, act: timed(() => bench.run('build', 'manifest.xml')) }));
    await compare(`${kind}: twelve no-op steps with checkpoints`, [...builds(checked), node]);
    for (const bench of checked) bench.script(LAST, 'echo first line >&2');
    const resumes = checked.map((bench) => ({ name: bench.engine.name, act: () => bench.resume(LAST) }));
    await compare(`${kind}: -r to the step's first line`, [...resumes, node]);

    const unchecked = engines.map(
      (engine) => new Bench(engine, (name) => at(`${name}-unchecked`), { checkpointEnable: 'false' }),
    );
    await compare(`${kind}: twelve no-op steps without checkpoints`, [...builds(unchecked), node]);
  });
});

it.skipIf(!existsSync('/proc/self/stat'))(
  'CPU time of build -l, ManifestRead and status (skipped without /proc)',
  async () => {
    const benches = engines.map((engine) => new Bench(engine, () => undefined));
    for (const bench of benches) bench.run('build', 'manifest.xml');
    const listing = benches.map((bench) => ({
      name: bench.engine.name,
      act: cpuOf(() => bench.run('build', '-l', 'manifest.xml')),
    }));
    await compare('build -l, CPU time', [...listing, nodeCpu], RUNS / 2);

    for (const { project } of benches) {
      const logs = join(project.area, 'logs');
      const journal = readdirSync(logs).find((name) => name.endsWith('.jsonl')) ?? '';
      const suffix = /-\d{6}\.jsonl$/.test(journal) ? (n: number) => `-${String(n).padStart(6, '0')}` : () => '';
      for (let n = 1; n < 1000; n++) {
        const stamp = [
          '2020',
          '01',
          '01',
          '01',
          ...[Math.floor(n / 60), n % 60].map((part) => String(part).padStart(2, '0')),
        ];
        copyFileSync(join(logs, journal), join(logs, `run-${stamp.join('-')}${suffix(n)}.jsonl`));
      }
    }
    const reading = benches.map((bench) => ({
      name: bench.engine.name,
      act: timed(() => bench.run('status', '--json', 'manifest.xml')),
    }));
    await compare('status with 1,000 runs', [...reading, node], RUNS / 2);

    const [first] = benches;
    if (!first) throw new Error('no engine');
    const { project } = first;
    const [socket, done] = [join(project.folder, 'socket'), join(project.folder, 'done')];
    first.script('s0', `echo "$1" >"${socket}"; while [ ! -e "${done}" ]; do sleep 0.1; done`);
    const ended = finished(project.start('distro_const', ['build', 'manifest.xml']));
    await eventually(() => expect(existsSync(socket) && readFileSync(socket, 'utf8')).toMatch(/\n$/));
    const argv = [readFileSync(socket, 'utf8').trim(), 'name'];
    const calls = engines.map(({ name, bin: folder }) => ({
      name,
      act: cpuOf(() => expect(spawnSync(join(folder, 'ManifestRead'), argv, { stdio: 'ignore' }).status).toBe(0)),
    }));
    await compare('ManifestRead, CPU time', [...calls, nodeCpu], RUNS / 2);
    writeFileSync(done, '');
    expect((await ended).code).toBe(0);
  },
);

const trees: [string, string, number][] = [
  ['300 MB in 3,000 files', 'head -c 300000000 /dev/urandom | split -a 4 -b 100000 - "$2/file-"', 5],
  ['200,000 files', 'cd "$2"; for d in $(seq 200); do mkdir $d; (cd $d; seq 1000 | xargs touch); done', 3],
];

it.each(trees)('a checkpoint of %s, nothing changed', async (what, fill, count) => {
  const subjects = engines.map((engine) => {
    const steps = [{ name: 'fill', body: fill }, { name: 'idle' }, { name: 'again' }];
    const bench = new Bench(engine, () => undefined, { steps });
    for (const name of ['idle', 'again']) bench.script(name, ':');
    bench.run('build', 'manifest.xml');
    const act = async (): Promise<number> => {
      bench.run('build', '-r', 'idle', 'manifest.xml');
      return secondsOfCheckpoint(bench.project, 'again');
    };
    return { name: engine.name, act };
  });
  await compare(`plain: checkpoint of ${what}, unchanged`, [...subjects, node], count);
});

/** From the journal of the last run. */
function secondsOfCheckpoint(project: TestProject, step: string): number {
  const logs = join(project.area, 'logs');
  const journals = readdirSync(logs).filter((name) => name.endsWith('.jsonl'));
  const records = journals.sort().map((name) => readFileSync(join(logs, name), 'utf8').split('\n'));
  const lines = records.at(-1)?.filter((line) => line.includes('"checkpoint-taken"') && line.includes(`"${step}"`));
  return (JSON.parse(lines?.at(-1) ?? '{}') as { seconds: number }).seconds;
}
