import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { TestProject } from '../support/engine';
import { count, report, seedOf } from '../support/faults/count';
import { Random } from '../support/random';

/** Files that may be in the engine's folder while the lock is free: locks of dead engines, whole and damaged. */
const LEFT: readonly (string | Uint8Array | undefined)[] = [
  undefined,
  JSON.stringify({
    pid: 999_999,
    startTime: '1',
    bootId: 'another',
    host: hostname(),
    since: 1,
    client: 'terminal',
    user: 'root',
    manifest: 'manifest.xml',
  }),
  '',
  new Uint8Array(200),
  '{"pid": 1',
];

const opened: TestProject[] = [];
afterEach(() => opened.splice(0).forEach((project) => project.dispose()));

it('builds that start at once in one area never overlap, whatever lock a dead engine has left', async () => {
  const project = new TestProject();
  opened.push(project);
  const trace = join(project.folder, 'overlap');
  project.write({ steps: [{ name: 'a', body: `echo + >>'${trace}'; sleep 0.1; echo - >>'${trace}'` }] });
  expect((await project.build()).code).toBe(0);
  const random = new Random(seedOf(1));
  const total = { groups: 0, done: 0, refused: 0 };
  const problems: string[] = [];
  for (; total.groups < count(5, 60); total.groups++) {
    const left = LEFT[total.groups % LEFT.length];
    const lock = join(project.area, '.slipway', 'lock');
    mkdirSync(join(lock, '..'), { recursive: true });
    if (left !== undefined) writeFileSync(lock, left);
    rmSync(trace, { force: true });
    const builds = await Promise.all(Array.from({ length: 2 + random.below(2) }, () => project.build()));
    for (const { code, stderr } of builds) {
      if (code === 0) total.done++;
      else if (code === 1 && /in use|build runs|locked|holds|another build/i.test(stderr) && !/defect/.test(stderr))
        total.refused++;
      else problems.push(`left ${JSON.stringify(left)}: a build ends with ${code}: ${stderr.trim()}`);
    }
    if (!builds.some(({ code }) => code === 0)) problems.push(`left ${JSON.stringify(left)}: all builds were refused`);
    if (existsSync(trace) && /\+\n\+/.test(readFileSync(trace, 'utf8')))
      problems.push(`left ${JSON.stringify(left)}: two builds overlapped`);
  }
  report(`two builds at once: ${total.groups} groups, ${total.done} builds done, ${total.refused} refused`);
  expect(problems.join('\n')).toBe('');
});
