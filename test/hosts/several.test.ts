// Several hosts at once, through the same calls as in the window: each with its own builds, and all of them in the host
// menu.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src-main/app';
import type { BuildServices } from '../../src-main/rpc/services';
import type { HostView } from '../../src-shared/rpc/hosts';
import { ENGINE } from '../support/build-host';
import { BuildWatch } from '../support/build-watch';
import { TestProject } from '../support/engine';
import { eventually } from '../support/eventually';
import { entryOf } from '../support/ssh-host';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';

const reason = lacksSshd();

describe.skipIf(reason !== undefined)(`two build hosts${reason ? ` (${reason})` : ''}`, () => {
  let servers: SshServer[];
  let state: string;
  beforeAll(async () => {
    servers = [await startSshd(), await startSshd()];
    state = mkdtempSync(join(tmpdir(), 'slipway-several-'));
  });
  afterAll(async () => {
    for (const server of servers ?? []) await server.stop();
    rmSync(state, { recursive: true, force: true });
  });

  it('build at once, each on its own timeline, and are both in the menu', async () => {
    const places = { engine: ENGINE, state, documents: state, resources: join(import.meta.dirname, '../../resources') };
    const services = await createApp({ places });
    const ending = new AbortController();
    const { signal } = ending;
    let views: readonly HostView[] = [];
    void (async () => {
      for await (const now of await services.hosts.watch(undefined, { signal })) views = now;
    })();
    void (async () => {
      for await (const [first] of await services.hosts.questions(undefined, { signal }))
        if (first) await services.hosts.answer({ id: first.id, answers: ['yes'], remember: false }, {});
    })();
    const body = 'while [ ! -e "$2/go" ]; do sleep 0.02; done';
    const watched = await Promise.all(
      servers.map(async ({ port, key }, at) => {
        const id = `host-${at}`;
        await services.hosts.save({ entry: entryOf(id, { port, user: 'root', keys: [key] }) }, {});
        const project = new TestProject({ steps: [{ name: 'a' }, { name: 'b', body }] });
        const path = join(project.folder, 'manifest.xml');
        await services.hosts.choose({ path, host: id }, {});
        await services.trust.accept({ path, host: id }, {});
        const to = <G extends 'builds' | 'logs'>(group: G): BuildServices[G] =>
          Object.fromEntries(
            Object.entries(services[group]).map(([name, call]) => [
              name,
              (input: object, context: object) =>
                (call as (i: object, c: object) => unknown)({ ...input, host: id }, context),
            ]),
          ) as unknown as BuildServices[G];
        const watch = new BuildWatch({ builds: to('builds'), logs: to('logs') } as BuildServices, path);
        await watch.services.builds.start({ path }, {});
        return { id, path, project, watch };
      }),
    );
    try {
      for (const { watch } of watched) await watch.until(({ last }) => last?.steps.at(-1)?.step === 'b');
      const builds = (): string[] =>
        views.map(
          ({ entry, link, builds: there }) =>
            `${entry.name} ${link.state} ${there.map((one) => `${one.state} ${one.step}`).join()}`,
        );
      await eventually(() =>
        expect(builds()).toEqual(['This computer ready ', 'host-0 ready running b', 'host-1 ready running b']),
      );
      watched[0]?.project.file('area/build_data/pkg_image/go', '');
      await watched[0]?.watch.until(({ last }) => last?.state === 'done');
      await eventually(() =>
        expect(builds()).toEqual(['This computer ready ', 'host-0 ready done b', 'host-1 ready running b']),
      );
      expect(watched.map(({ watch }) => watch.runs.size)).toEqual([1, 1]);
      // A cut connection is reported and does not affect the other.
      servers[1]?.cut();
      await eventually(() => expect(views[2]?.link.state).toBe('lost'));
      expect(views[1]?.link.state).toBe('ready');
      watched[1]?.project.file('area/build_data/pkg_image/go', '');
      await watched[1]?.watch.until(({ last }) => last?.state === 'done');
    } finally {
      for (const { id, watch, project } of watched) {
        watch.end();
        await services.hosts.disconnect({ id }, {});
        project.dispose();
      }
      ending.abort();
    }
  });
});
