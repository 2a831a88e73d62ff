import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BuildHost } from '../../../../src-main/build-hosts/build-host';
import { APP_CLIENT } from '../../../../src-shared/journal/records';
import { TestProject } from '../../../support/engine';
import { originalHost } from '../../../support/original-host';
import { hasTool } from '../../../support/run-tool';

const NEW = 'run-2026-01-01-00-00-00';
const FUTURE = 'run-2099-01-01-00-00-00';

let project: TestProject;
let logs: string;
let path: string;
const host = (): BuildHost => originalHost(project.folder);
const newest = async (of: BuildHost): Promise<string | undefined> => (await of.status(path)).runs.at(-1)?.run;
const logOf = (run: string): string => join(logs, `detail-log-${run.slice(4)}`);

beforeEach(() => {
  project = new TestProject({ steps: [{ name: 'a' }] });
  path = join(project.folder, 'manifest.xml');
  logs = join(project.area, 'logs');
  mkdirSync(logs, { recursive: true });
  for (const run of [NEW, FUTURE]) writeFileSync(logOf(run), 'Build started\n');
});
afterEach(() => project.dispose());

it.skipIf(!hasTool('zfs'))(
  'A build that began after the clock was set back is the newest one after its end too.',
  async () => {
    const seeing = host();
    const build = spawn('sh', ['-c', 'exec 3>>"$1"; echo ready; read end', 'sh', logOf(NEW)], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    await once(build.stdout, 'data');
    expect(await newest(seeing)).toBe(NEW);
    expect((await seeing.status(path)).lock.owner?.client).toBe('distro_const');
    writeFileSync(join(logs, `slipway-${NEW}.json`), JSON.stringify({ files: {}, after: FUTURE }));
    // The program that started it is this one, as its note shows, so the window does not report a foreign build.
    expect((await seeing.status(path)).lock.owner?.client).toBe(APP_CLIENT);
    build.stdin.end();
    await once(build, 'close');
    expect(await newest(seeing)).toBe(NEW);
    // Another window has only the note.
    expect(await newest(host())).toBe(NEW);
  },
);
