import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finished, says, TestProject } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { newestRecords } from '../../support/journal';
import { lacksRootOr, runTool } from '../../support/run-tool';

let project: TestProject;
beforeEach(() => (project = new TestProject()));
afterEach(() => project.dispose());

const logs = (): string => join(project.area, 'logs');
const detailLog = (): Buffer => {
  const name = readdirSync(logs()).find((file) => file.startsWith('detail-log'));
  return readFileSync(join(logs(), name ?? ''));
};
const lastRecord = (): Record<string, unknown> | undefined => newestRecords(project.area).at(-1);

describe('a build on a full disk', () => {
  const lack = lacksRootOr('mount');
  if (lack !== undefined) return it.skip(`ends on record (${lack})`);
  beforeEach(() => {
    mkdirSync(project.area);
    runTool('mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', project.area);
  });
  afterEach(() => runTool('umount', project.area));

  const FILL = 'dd if=/dev/zero of="$2/fill" bs=64k 2>/dev/null; seq 5000';

  it('reports the first error, ends with the step, and records its end', async () => {
    project.write({ steps: [{ name: 'a' }, { name: 'b', body: `${FILL}\nexit 1` }] });
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toMatch(/run-.*\.jsonl: no space is left on the device \(write ENOSPC\)/);
    expect(stderr).not.toContain('defect');
    expect(lastRecord()).toMatchObject({ kind: 'exit', code: 1, outcome: 'failed' });
    expect(newestRecords(project.area)).toContainEqual(
      expect.objectContaining({ kind: 'step-finished', step: 'b', outcome: 'failed', exit: 1 }),
    );
    rmSync(join(project.area, 'build_data/pkg_image/fill'));
    project.script('b');
    expect(await project.build('-R')).toMatchObject({ code: 0 });
  });

  it('is cancelled at once by a signal', async () => {
    project.write({ steps: [{ name: 'a' }, { name: 'b', body: `${FILL}\nsleep 600` }] });
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    await says(build, /The logs cannot be written/);
    build.kill('SIGINT');
    expect((await finished(build)).code).toBe(130);
    expect(lastRecord()).toMatchObject({ kind: 'exit', outcome: 'cancelled' });
  });
});

describe('a build whose console is closed', () => {
  it('goes on and is recorded to its end', async () => {
    project.write({ steps: [{ name: 'a', body: 'echo ready >&2\nsleep 0.3\nseq 2000 >&2' }, { name: 'b' }] });
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    await says(build, /ready/).then(() => build.stderr?.destroy());
    build.stdout?.destroy();
    expect((await finished(build)).code).toBe(0);
    expect(lastRecord()).toMatchObject({ kind: 'exit', code: 0, outcome: 'done' });
    expect(detailLog().toString()).toContain('\n2000\n');
  });
});

describe('a defect of the engine', () => {
  it('while a step runs ends the step and is recorded', async () => {
    project.write({ steps: [{ name: 'a', body: 'echo ready >&2\nsleep 600' }] });
    const trigger = join(project.folder, 'trigger.cjs');
    // Stands for any defect, because the signal has no other meaning.
    project.file('trigger.cjs', 'process.on("SIGUSR2", () => { throw new Error("on purpose"); });\n');
    const build = project.start('distro_const', ['build', 'manifest.xml'], { NODE_OPTIONS: `--require ${trigger}` });
    await says(build, /ready/);
    build.kill('SIGUSR2');
    const { code, stderr } = await finished(build);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('defect: on purpose') });
    expect(lastRecord()).toMatchObject({ kind: 'exit', code: 1, outcome: 'failed' });
    expect(await project.json('status')).toMatchObject({ lock: { kind: 'free' } });
  });
});

describe('the output of a step', () => {
  it('may be binary without a newline: the detail log has its bytes, the journal describes them', async () => {
    project.write({ steps: [{ name: 'a', body: 'head -c 8000000 /dev/zero' }] });
    expect(await project.build()).toMatchObject({ code: 0 });
    expect(detailLog().includes(Buffer.alloc(8_000_000))).toBe(true);
    const journal = readdirSync(logs()).find((file) => file.endsWith('.jsonl')) ?? '';
    expect(statSync(join(logs(), journal)).size).toBeLessThan(100_000);
  });

  it('may be a line of many megabytes: the journal has it in pieces, which end between characters', async () => {
    project.write({ steps: [{ name: 'a', body: 'yes 12€ | head -c 3000000 | tr -d "\\n" ; echo; echo next' }] });
    expect(await project.build()).toMatchObject({ code: 0 });
    const records = newestRecords(project.area).filter(({ stream }) => stream === 'stdout');
    const texts = records.map(({ text }) => String(text));
    expect(records.at(-1)).toMatchObject({ text: 'next' });
    expect(records.slice(0, -2).every((record) => record['continued'] === true)).toBe(true);
    expect(records.at(-2)).not.toHaveProperty('continued');
    expect(Math.max(...texts.map((text) => Buffer.byteLength(text)))).toBeLessThanOrEqual(65_536);
    expect(texts.slice(0, -1).join('')).toBe('12€'.repeat(500_000));
    expect(detailLog().includes(`${'12€'.repeat(500_000)}\nnext\n`)).toBe(true);
  });
});

describe('a line that has not ended', () => {
  const stdout = () => newestRecords(project.area).filter(({ stream }) => stream === 'stdout');

  it('is in the journal while it grows, each byte once; the detail log has whole lines', async () => {
    const wait = (file: string): string => `while [ ! -e '${project.folder}/${file}' ]; do sleep 0.05; done`;
    const first = 'printf "Copying 1 \\342\\202"';
    const body = `${first}; ${wait('more')}; printf "\\254\\rCopying 2"; echo between >&2; ${wait('go')}; printf "0\\nnext"`;
    project.write({ steps: [{ name: 'a', body }] });
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    await eventually(() => expect(stdout()).toMatchObject([{ text: 'Copying 1 ', continued: true }]));
    project.file('more', '');
    await eventually(() =>
      expect(
        stdout()
          .map(({ text }) => text)
          .join(''),
      ).toBe('Copying 1 €\rCopying 2'),
    );
    project.file('go', '');
    expect((await finished(build)).code).toBe(0);
    expect(
      stdout()
        .map(({ text }) => text)
        .join(''),
    ).toBe('Copying 1 €\rCopying 20next');
    expect(stdout().filter(({ continued }) => continued === undefined)).toHaveLength(2);
    expect(detailLog().toString('utf8')).toContain('between\nCopying 1 €\rCopying 20\nnext\n');
  });

  it('ends in the journal when its step is stopped', async () => {
    project.write({ steps: [{ name: 'a', body: 'printf "Copying 10%%"; sleep 600' }] });
    const build = project.start('distro_const', ['build', 'manifest.xml']);
    await eventually(() => expect(stdout()).toHaveLength(1));
    build.kill('SIGINT');
    expect((await finished(build)).code).toBe(130);
    expect(stdout()).toMatchObject([{ text: 'Copying 10%', continued: true }, { text: '' }]);
    expect(stdout()[1]).not.toHaveProperty('continued');
  });
});

describe('the folder for temporary files', () => {
  const temporary = (): string => join(project.folder, 'tmp');
  const STEP = { name: 'a', body: '[ "$(ManifestRead "$1" name)" = sample ] || exit 9' };

  it('may have a path that is too long for a socket', async () => {
    project.write({ steps: [STEP] });
    const long = join(temporary(), 'd'.repeat(100));
    mkdirSync(long);
    project.env = { ...project.env, TMPDIR: long };
    for (let n = 0; n < 2; n++) expect(await project.build()).toMatchObject({ code: 0 });
    expect(readdirSync(temporary())).toEqual(['d'.repeat(100)]);
  });

  it('may be missing', async () => {
    project.write({ steps: [STEP] });
    project.env = { ...project.env, TMPDIR: join(temporary(), 'missing') };
    expect(await project.build()).toMatchObject({ code: 0 });
  });

  it('may be emptied while a step runs', async () => {
    project.write({ steps: [{ name: 'first', body: `rm -rf "${temporary()}"` }, STEP] });
    const { code, stderr } = await project.build();
    expect({ code, stderr }).toMatchObject({ code: 0 });
  });
});
