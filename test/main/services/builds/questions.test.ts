// Each question to the engine takes a process of the build host: the services ask only what they do not know.
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { AreaPaths } from '../../../../src-main/build-hosts/area-paths';
import type { BuildHost } from '../../../../src-main/build-hosts/build-host';
import { createBuildServices } from '../../../../src-main/services/build-services';
import { AreaWatch } from '../../../../src-main/services/builds/area-watch';
import { documentStamp } from '../../../../src-main/services/builds/document-watch';
import { buildHost } from '../../../support/build-host';
import { BuildWatch } from '../../../support/build-watch';
import { TestProject } from '../../../support/engine';

/** The host, with the questions about the area in the order in which they were asked. */
function counted(host: BuildHost): { readonly host: BuildHost; readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    host: {
      ...host,
      status: (...args) => {
        asked.push('status');
        return host.status(...args);
      },
      lines: {
        ...host.lines,
        list: (...args) => {
          asked.push('lines');
          return host.lines.list(...args);
        },
      },
    },
  };
}

it('A window that opens a built manifest asks the engine once for the area and once for its lines.', async () => {
  const project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }] });
  onTestFinished(() => project.dispose());
  expect((await project.build()).code).toBe(0);
  const path = join(project.folder, 'manifest.xml');
  const { host, asked } = counted(buildHost());
  const services = createBuildServices(host);
  const watch = new BuildWatch(services, path);
  onTestFinished(() => watch.end());
  // What the screens ask for at the same time.
  expect((await services.builds.stepReads({ path }, {})).steps).toHaveLength(2);
  await watch.until(({ area, lines }) => area !== undefined && lines.length > 0);
  expect((await services.inside.manifest({ path, step: 'b' }, {})).source).toContain('<checkpoint');
  expect(asked.sort()).toEqual(['lines', 'status']);
});

it('A change of the document is asked for once, also when both the window and the watch of the files report it.', async () => {
  const project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }] });
  onTestFinished(() => project.dispose());
  expect((await project.build()).code).toBe(0);
  const path = join(project.folder, 'manifest.xml');
  const { host, asked } = counted(buildHost());
  const area = new AreaWatch(host, new AreaPaths(host), path, {
    oldestRun: () => undefined,
    onRuns: () => undefined,
    onArea: () => Promise.resolve(),
    isBusy: () => true,
    queue: () => [],
    push: () => undefined,
  });
  project.edit((manifest) => manifest.replace('Step a', 'Another message'));
  const stamp = await documentStamp(path);
  await Promise.all([area.read(), area.refreshFor(stamp)]);
  await area.refreshFor(await documentStamp(path));
  expect(asked).toEqual(['status']);
  project.script('a', 'echo edited');
  await area.refreshFor(await documentStamp(path));
  expect([asked, area.area?.steps[1]?.freshness?.kind]).toEqual([['status', 'status'], 'stale']);
});
