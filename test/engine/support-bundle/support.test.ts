import { spawnSync } from 'node:child_process';
import {
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { TestProject } from '../../support/engine';
import { boundByModes } from '../../support/run-tool';
import { carelessProject, leaks, PLANTED, unpack } from '../../support/support-bundle';

let project: TestProject;
let made = 0;
beforeAll(async () => {
  project = carelessProject();
  expect((await project.build()).code).toBe(0);
  // Changed since then. The value in the older log is still a secret.
  project.edit((manifest) => manifest.replace('kv-value', 'another'));
});
afterAll(() => project.dispose());

const logOf = (begin: string): string => {
  const logs = join(project.area, 'logs');
  return join(logs, readdirSync(logs).find((name) => name.startsWith(begin)) ?? '');
};
/** Runs `support` and returns the files of the bundle. */
async function bundle(manifest = 'manifest.xml'): Promise<Map<string, string>> {
  const name = `bundle-${++made}`;
  const { code, stderr } = await project.run('support', '--to', `${name}.tar.gz`, manifest);
  expect([code, stderr]).toEqual([0, '']);
  return unpack(join(project.folder, `${name}.tar.gz`), join(project.folder, name));
}

describe('a support bundle', () => {
  it('has what support needs, and no secret', async () => {
    const files = await bundle();
    const names = [...files.keys()].sort().map((name) => name.replace(/\d{4}-[\d-]+/, 'DATE'));
    expect(names).toEqual([
      'README.txt',
      'doctor.json',
      'logs/detail-log-DATE',
      'logs/run-DATE.jsonl',
      'logs/simple-log-DATE',
      'manifest.xml',
      'versions.json',
    ]);
    expect(leaks(files)).toEqual([]);
    const text = (begin: string): string => [...files].find(([name]) => name.startsWith(begin))?.[1] ?? '';
    for (const log of ['logs/detail-log', 'logs/simple-log', 'logs/run'])
      expect(text(log)).toContain('this line is harmless');
    expect(text('logs/detail-log')).toContain('OTHER=fine');
    expect(text('manifest.xml')).toContain('<hostname>harmless</hostname>');
    expect(JSON.parse(text('versions.json'))).toMatchObject({ node: process.versions.node, startedBy: 'terminal' });
    expect((JSON.parse(text('doctor.json')) as unknown[]).length).toBeGreaterThan(5);
    for (const line of text('logs/run').trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('kind');
  });

  it('is made of files that have the planted secrets', () => {
    const all = [logOf('detail-log-'), logOf('run-'), join(project.area, '.step_iso')]
      .map((file) => readFileSync(file, 'utf8'))
      .join('');
    expect(PLANTED.filter((word) => !all.includes(word))).toEqual([]);
  });

  it('is readable by its owner only, and is not overwritten', async () => {
    const { code, stdout } = await project.run('support', '--json', '--to', 'once.tar.gz', 'manifest.xml');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { path: join(project.folder, 'once.tar.gz'), notes: [] }]);
    expect(statSync(join(project.folder, 'once.tar.gz')).mode & 0o777).toBe(0o600);
    const again = await project.run('support', '--to', 'once.tar.gz', 'manifest.xml');
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('already exists')]);
  });

  it('is made of the other parts when the manifest is not one', async () => {
    project.file('broken.xml', '<distribution><rootpass>hunter2</distribution');
    for (const [manifest, there] of [
      ['broken.xml', true],
      ['none.xml', false],
    ] as const) {
      const files = await bundle(manifest);
      expect([files.has('manifest.xml'), leaks(files)]).toEqual([there, []]);
      expect(files.get('README.txt')).toContain('Not in it:\n- ');
      expect(JSON.parse(files.get('doctor.json') ?? '')).not.toEqual([]);
    }
  });

  it('names the logs that could not be read, and has the others', () => {
    const log = join(project.area, 'logs/simple-log-of-root');
    writeFileSync(log, 'a file of another account', { mode: 0 });
    onTestFinished(() => rmSync(log));
    const [program, ...args] = boundByModes('distro_const', 'support', '--to', 'unread.tar.gz', 'manifest.xml');
    const options = { cwd: project.folder, env: project.env, encoding: 'utf8' } as const;
    expect(spawnSync(program, args, options)).toMatchObject({ status: 0 });
    const files = unpack(join(project.folder, 'unread.tar.gz'), join(project.folder, 'unread'));
    expect(files.get('README.txt')).toMatch(/- a log cannot be read: EACCES.*simple-log-of-root/);
    expect([...files.keys()].filter((name) => name.startsWith('logs/')).length).toBeGreaterThan(2);
  });

  it('has the newest logs only, from their ends, and never half a secret', async () => {
    const logs = join(project.area, 'logs');
    mkdirSync(join(project.folder, 'private'));
    writeFileSync(join(project.folder, 'private/key'), 'a file of another account');
    symlinkSync(join(project.folder, 'private/key'), join(logs, 'simple-log-link'));
    writeFileSync(join(logs, 'notes.txt'), 'a file of another account');
    // Wherever the kept end begins: in a line with a secret.
    writeFileSync(join(logs, 'detail-log-large'), `${'the db says hunter2 '.repeat(50)}\n`.repeat(6000));
    // More than the limit for all logs together.
    for (let n = 0; n < 6; n++) writeFileSync(join(logs, `simple-log-${n}`), 'nothing new\n'.repeat(350_000));
    for (const name of readdirSync(logs)) if (name.startsWith('simple-log-')) lutimesSync(join(logs, name), 1, 1);
    writeFileSync(join(logs, 'detail-log-line'), 'hunter2'.repeat(1_000_000));
    // Longer than a tar header can contain, so this is not a bundle of Slipway.
    writeFileSync(join(logs, `detail-log-${'x'.repeat(90)}`), 'a file of another account');
    const files = await bundle();
    expect(leaks(files)).toEqual([]);
    expect([...files.values()].join('')).not.toMatch(/unter2|a file of another account/);
    expect(Math.max(...[...files.values()].map((text) => text.length))).toBeLessThan(5 * 1024 * 1024);
    expect(files.get('README.txt')).toMatch(/older journals and logs: [1-6]\n/);
    expect(files.get('README.txt')).toMatch(/detail-log-large: its first [\d.]+ MiB are left out/);
  });
});
