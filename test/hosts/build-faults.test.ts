// A build on a host whose connection fails: every line arrives once and in order, and the build does not notice.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBuildServices } from '../../src-main/services/build-services';
import type { HostLinkState as HostLinkView } from '../../src-shared/rpc/hosts';
import type { HostLink } from '../../src-main/ssh-connections/host-link';
import type { AppError } from '../../src-shared/errors';
import { BuildWatch } from '../support/build-watch';
import { TestProject } from '../support/engine';
import { eventually } from '../support/eventually';
import { sshHost } from '../support/ssh-host';
import { loginAt } from '../support/ssh-login';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';

const reason = lacksSshd();

describe.skipIf(reason !== undefined)(`a build over a connection that fails${reason ? ` (${reason})` : ''}`, () => {
  let server: SshServer;
  let project: TestProject;
  let path: string;
  let link: HostLink;
  let views: readonly HostLinkView[];
  let watch: BuildWatch;

  /** Prints numbered lines slowly, in halves, until the file `stop` exists; then their number. */
  const CHATTER = `n=0; while [ ! -e "$2/stop" ]; do n=$((n+1)); printf 'line %s ' $n; sleep 0.01; echo end; done; echo "said $n"`;

  beforeEach(async () => {
    server = await startSshd();
    project = new TestProject({ steps: [{ name: 'a' }, { name: 'talk', body: CHATTER }, { name: 'c' }] });
    path = join(project.folder, 'manifest.xml');
    const made = sshHost(() => ({ ...loginAt(server), keepAlive: 500, readyTimeout: 20_000 }));
    ({ link, views } = made);
    watch = new BuildWatch(createBuildServices(made.host), path);
  });
  afterEach(async () => {
    stop();
    await eventually(() => expect(watch.last?.state).not.toBe('running'));
    watch.end();
    link.close();
    await server.stop();
    project.dispose();
  });

  const stop = (): unknown => project.file('area/build_data/pkg_image/stop', '');

  /** Starts the build, and reads its log as a window does, until it ends. */
  async function start(): Promise<{ lines: string[]; ended: Promise<void> }> {
    const { run = '' } = await watch.services.builds.start({ path }, {});
    const lines: string[] = [];
    const selection = { path, run, step: 'talk', streams: ['stdout' as const] };
    const ended = (async () => {
      for (let revision: number | undefined; ;) {
        const grown = await watch.services.logs.grown({ ...selection, have: lines.length, revision }, {});
        revision = grown.revision;
        lines.pop(); // it may have been open
        while (lines.length < grown.lines)
          for (const { text } of await watch.services.logs.read({ ...selection, from: lines.length, count: 1000 }, {}))
            lines.push(text);
        if (grown.ended) return;
      }
    })();
    // A caller that does not wait for it closes the connection during the read.
    ended.catch(() => undefined);
    return { lines, ended };
  }

  const grewBy = (lines: readonly string[], more: number): Promise<void> => {
    const least = lines.length + more;
    return eventually(() => expect(lines.length).toBeGreaterThanOrEqual(least));
  };

  /** Waits until the connection was lost this many times, for this reason. */
  function isLost(times = 1, why = ''): Promise<void> {
    return eventually(() => {
      const losses = views.filter((view) => view.state === 'lost' && view.message.includes(why));
      expect(losses.length).toBeGreaterThanOrEqual(times);
    });
  }

  async function isWhole(lines: readonly string[], ended: Promise<void>): Promise<void> {
    stop();
    await ended;
    const count = lines.length - 1;
    expect(lines).toEqual([...Array.from({ length: count }, (_, at) => `line ${at + 1} end`), `said ${count}`]);
    await watch.until(({ last }) => last?.state === 'done');
    expect(watch.runs.size).toBe(1);
  }

  /** The process ids of the engine and of the running step, from the journal. Both lead a process group. */
  function recordsOf(run: string): { pid?: number }[] {
    const lines = readFileSync(join(project.area, 'logs', `${run}.jsonl`), 'utf8').split('\n');
    const records = lines.filter((line) => /"kind":"(hello|step-started)"/.test(line)).map((line) => JSON.parse(line));
    return [records[0], records.at(-1)] as { pid?: number }[];
  }

  it('is read whole when it is cut again and again, in the middle of lines', async () => {
    const { lines, ended } = await start();
    for (let cuts = 0; cuts < 3; cuts++) {
      await grewBy(lines, 20);
      server.cut();
      await isLost(cuts + 1);
    }
    await grewBy(lines, 20);
    await isWhole(lines, ended);
  });

  it('has its log read completely when the host stops answering', async () => {
    const { lines, ended } = await start();
    await grewBy(lines, 20);
    server.freeze();
    await isLost();
    await grewBy(lines, 20);
    await isWhole(lines, ended);
  });

  it('is read whole when the server of the host is ended, and is back after a while', async () => {
    const { lines, ended } = await start();
    await grewBy(lines, 20);
    await server.halt();
    await isLost(1, 'REFUSED');
    await server.restart();
    await grewBy(lines, 20);
    await isWhole(lines, ended);
  });

  it('is reported as interrupted after the host was switched off, and resumes from its checkpoint', async () => {
    await start();
    const { run } = await watch.until(({ last }) => last?.steps.at(-1)?.step === 'talk' && last);
    await server.halt();
    // All processes of the build end at once, as in a power loss: those of the engine and of the step.
    for (const { pid } of recordsOf(run)) if (pid !== undefined) killGroup(pid);
    await server.restart();
    await watch.until(({ last }) => last?.state === 'interrupted');
    await watch.until(({ area }) => area?.latestResumable === 'talk' && area.lock.kind !== 'held');
    const again = await watch.services.builds.start({ path, resume: 'talk' }, {});
    // Only after the step has started, because the rollback would remove the file.
    await watch.until(({ runs }) => runs.get(again.run ?? '')?.steps.at(-1)?.step === 'talk');
    stop();
    await watch.until(({ last }) => last?.state === 'done');
  });

  it('is started once or not at all when the connection is cut at that moment', async () => {
    await watch.until(({ area }) => area);
    const starting = watch.services.builds.start({ path }, {}).then(
      () => 'started',
      (error: AppError) => error.code,
    );
    server.cut();
    expect(['started', 'unreachable']).toContain(await starting);
    await eventually(() => expect(link.view.state).toBe('ready'));
    await watch.services.builds.prune({ path, stale: true, remove: false }, {});
    stop();
    await eventually(() => expect([...watch.runs.values()].filter(({ state }) => state === 'running')).toEqual([]));
    expect(watch.runs.size).toBeLessThanOrEqual(1);
  });

  it('keeps the known facts in the window, which shows the connection as lost and as restored', async () => {
    await start();
    await watch.until(({ last }) => last?.steps.at(-1)?.step === 'talk');
    const { area } = watch;
    server.cut();
    await isLost(1, 'was lost');
    expect(watch.area).toBe(area);
    expect(watch.last?.state).toBe('running');
    await eventually(() => expect(link.view.state).toBe('ready'));
  });
});

/** Ends a process group. A step's group may be gone already, because a step ends with its engine. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
