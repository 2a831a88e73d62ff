import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestProject } from '../../support/engine';

const EVERY = 12;

let project: TestProject;
let journal: string;
let whole: Buffer;
beforeAll(async () => {
  const body =
    'i=0; while [ $i -lt 20 ]; do echo "line $i é"; echo "error $i" >&2; i=$((i + 1)); done; printf "\\377\\376 no newline"';
  project = new TestProject({ steps: [{ name: 'a', body }] });
  expect((await project.build()).code).toBe(0);
  const logs = join(project.area, 'logs');
  journal = join(logs, readdirSync(logs).find((name) => name.endsWith('.jsonl')) ?? '');
  whole = readFileSync(journal);
});
beforeEach(() => writeFileSync(journal, whole));
afterAll(() => project.dispose());

function follow(...options: string[]): { status: number | null; stdout: Buffer; stderr: Buffer } {
  return spawnSync('distro_const', ['follow', ...options, 'manifest.xml'], { cwd: project.folder, env: project.env });
}

describe('follow', () => {
  it('names the command that brings back a journal that another program has compressed', () => {
    spawnSync('xz', [journal]);
    const { status, stderr } = follow();
    expect(status).toBe(1);
    expect(stderr.toString()).toMatch(/was compressed by another program: .*\.jsonl\.xz/);
    expect(stderr.toString()).toContain(`xz -dc ${journal}.xz >${journal}`);
    rmSync(`${journal}.xz`);
  });

  it('prints a line of several records as one line', () => {
    const records = whole.toString('utf8').split('\n').slice(0, -1);
    const output = (text: string, stream: string, continued?: true) =>
      JSON.stringify({ kind: 'output', at: 1, step: 'a', stream, text, ...(continued && { continued }) });
    const added = [
      output('copying 1', 'stdout', true),
      output('0%', 'stdout'),
      output('copying 2', 'stdout', true),
      output('a warning', 'stderr'),
      output('0%', 'stdout'),
    ];
    writeFileSync(journal, [records[0], ...added, records.at(-1), ''].join('\n'));
    expect(follow().stdout.toString()).toContain('copying 10%\ncopying 2\na warning\n0%\n');
  });

  it('prints exactly the rest of the journal from the offset of any record', () => {
    const offsets = [...whole].flatMap((byte, at) => (byte === 10 ? [at + 1] : [])).slice(0, -1);
    const tried = [0, ...offsets].filter((_, n) => n % EVERY === 0);
    expect(tried.length).toBeGreaterThan(3);
    for (const offset of tried) {
      const { status, stdout } = follow('--json', '--from', String(offset));
      expect([status, stdout.equals(whole.subarray(offset))]).toEqual([0, true]);
    }
  });

  it.each([
    ['its last record torn', () => whole.subarray(0, -40)],
    ['its last record twice', () => Buffer.concat([whole, whole.subarray(whole.lastIndexOf(10, -2) + 1)])],
    ['a tail of NUL bytes', () => Buffer.concat([whole.subarray(0, -200), Buffer.alloc(200)])],
    ['a tail of NUL bytes after its last record', () => Buffer.concat([whole, Buffer.alloc(500)])],
    [
      'a damaged record in its middle',
      () => Buffer.concat([whole.subarray(0, 900), Buffer.from('\u0000{]\n'), whole.subarray(900)]),
    ],
    ['nothing in it', () => Buffer.alloc(0)],
    ['only NUL bytes in it', () => Buffer.alloc(4096)],
  ])('ends, and status answers, where no build runs and the journal has %s', async (_, damaged) => {
    writeFileSync(journal, damaged());
    const { stderr } = follow();
    expect(stderr.toString()).not.toMatch(/defect/);
    const { code, stdout, stderr: failure } = await project.run('status', '--json', 'manifest.xml');
    expect([code, failure]).toEqual([0, expect.not.stringMatching(/defect/)]);
    const { lastRun } = JSON.parse(stdout) as { lastRun: { state: string } | null };
    expect(lastRun?.state).not.toBe('running');
  });

  it('names the missing run, or that there is none yet', async () => {
    expect(follow('--run', 'x').stderr.toString()).toContain(`There is no run x in ${join(project.area, 'logs')}.`);
    const fresh = new TestProject({ steps: [{ name: 'a', body: ':' }] });
    const { code, stderr } = await fresh.run('follow', 'manifest.xml');
    expect([code, stderr]).toEqual([1, expect.stringContaining(`There are no runs in ${join(fresh.area, 'logs')}.`)]);
    fresh.dispose();
  });
});
