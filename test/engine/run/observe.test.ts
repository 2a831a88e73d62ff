import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { StepInput } from '../../../src-shared/checkpoints/execution';
import type { CheckpointFreshness } from '../../../src-shared/checkpoints/staleness';
import { parseRecord } from '../../../src-shared/journal/records';
import { TestProject } from '../../support/engine';

const hasStrace = existsSync('/usr/bin/strace');

let project: TestProject;
afterEach(() => project.dispose());

/** The inputs of the newest run's steps, as far as they were observed. */
function observed(): string[] {
  const logs = join(project.area, 'logs');
  const newest =
    readdirSync(logs)
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
      .at(-1) ?? '';
  const lines = readFileSync(join(logs, newest), 'utf8').split('\n');
  const records = lines.flatMap((line) => parseRecord(line) ?? []);
  const inputs = records.flatMap((record): readonly StepInput[] =>
    record.kind === 'step-finished' ? (record.execution?.inputs ?? []) : [],
  );
  return inputs.filter(({ by }) => by === 'observed').map(({ value }) => value.replace(project.folder, 'HERE'));
}

describe.skipIf(!hasStrace)('build --observe (skipped without strace)', () => {
  it('makes the files that a step opens inputs, also behind variables, and not those that it writes', async () => {
    project = new TestProject();
    const folder = project.folder;
    writeFileSync(join(folder, 'a b é'), '1');
    writeFileSync(join(folder, 'helper'), `#!/bin/sh\n. "$HERE/nested"\n`);
    writeFileSync(join(folder, 'nested'), ':\n');
    chmodSync(join(folder, 'helper'), 0o755);
    const body = [
      'base=${PWD}; name="a b"; export HERE=$PWD',
      'cat "$base/$name é" >"$2/copy"',
      'tool=hel; "$base/${tool}per"',
      'out=new; echo x >"$base/$out"; cat "$base/$out"; cat /etc/passwd >/dev/null; exit 3',
    ].join('\n');
    project.write({ steps: [{ name: 'a', body }, { name: 'c' }], stopOnError: 'false' });
    const { stderr } = await project.build('--observe');
    expect(stderr).toContain('Child returned err 3');
    expect(observed().sort()).toEqual(['a b é', 'helper', 'nested']);
    // A later build without `--observe` still uses the observed inputs.
    await project.build();
    expect(observed().sort()).toEqual(['a b é', 'helper', 'nested']);
    project.file('nested', ': edited');
    const { checkpoints } = (await project.json('checkpoints')) as {
      checkpoints: { freshness: CheckpointFreshness }[];
    };
    expect(checkpoints[1]?.freshness).toMatchObject({
      reasons: ['`a` failed, and the build went on', '`a` used nested: its content has changed'],
    });
  });

  it('makes files whose names are not UTF-8 inputs, with escaped names', async () => {
    project = new TestProject();
    const name = Buffer.concat([Buffer.from(`${project.folder}/caf`), Buffer.from([0xe9, 0x5c])]);
    writeFileSync(name, '1');
    project.write({ steps: [{ name: 'a', body: 'for f in caf*; do cat "$f" >"$2/copy"; done' }, { name: 'b' }] });
    expect(await project.build('--observe')).toMatchObject({ code: 0 });
    expect(observed()).toEqual(['caf\\xe9\\\\']);
    const freshness = async () => {
      const answer = (await project.json('checkpoints')) as { checkpoints: { freshness: CheckpointFreshness }[] };
      return answer.checkpoints[1]?.freshness;
    };
    expect(await freshness()).toMatchObject({ kind: 'current' });
    writeFileSync(name, '2');
    expect(await freshness()).toMatchObject({ reasons: ['`a` used caf\\xe9\\\\: its content has changed'] });
  });
});

describe('build --observe without strace', () => {
  const canHide = process.getuid?.() === 0 && process.platform === 'linux';

  it.skipIf(!canHide)('is refused with what to do, and changes nothing (skipped without root on Linux)', () => {
    project = new TestProject({ steps: [{ name: 'a' }] });
    const hidden = '[ ! -e /usr/bin/strace ] || mount --bind /dev/null /usr/bin/strace; exec "$@"';
    const build = ['distro_const', 'build', '--observe', 'manifest.xml'];
    const { status, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', hidden, 'sh', ...build], {
      cwd: project.folder,
      env: project.env,
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain('`build --observe` needs strace(1), which this host does not have.\n');
    expect(stderr).toContain('SLIPWAY_INPUTS');
    expect(existsSync(project.area)).toBe(false);
  });
});
