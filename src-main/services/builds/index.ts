import { AreaPaths } from '../../build-hosts/area-paths';
import type { BuildHost } from '../../build-hosts/build-host';
import type { BuildServices } from '../../rpc/services';
import { FollowedJournals } from '../../journals/followed-journal';
import type { RunListener } from './run-listener';
import { BuildSession } from './session';

/** The builds on a host. They belong to their areas: a build that is started here continues when the app ends. */
export function createBuilds(
  host: BuildHost,
  onRun: RunListener = () => undefined,
  journals = new FollowedJournals(host.journals),
  areas = new AreaPaths(host),
): BuildServices['builds'] {
  const sessions = new Map<string, BuildSession>();
  const session = (path: string): BuildSession => {
    const known = sessions.get(path) ?? new BuildSession(host, path, onRun, journals, areas);
    sessions.set(path, known);
    return known;
  };
  return {
    watch: async ({ path }, { signal }) => session(path).watch(signal),
    area: ({ path }) => session(path).area.read(),
    editedArea: ({ path, source }, { signal }) => session(path).area.readEdited(source, signal),
    plan: ({ path, resume, pause, source }, { signal }) => host.plan(path, { resume, pause }, signal, source),
    start: ({ path, ...choice }) => session(path).queue.start(choice),
    unqueue: async ({ path, id }) => session(path).queue.remove(id),
    pauseBefore: async ({ path, step }) => void (await host.pause(path, step)),
    cancel: ({ path }) => host.cancel(path),
    changedSinceGood: async ({ path, run, step }) => session(path).changedSinceGood(run, step),
    stepReads: async ({ path }) => ({ steps: await session(path).stepReads() }),
    prune: async ({ path, ...choice }) => {
      const answer = await host.prune(path, choice);
      if (choice.remove) await session(path).area.refresh();
      return answer;
    },
    switchLine: async ({ path, line }) => {
      const answer = await host.lines.switchTo(path, line);
      await session(path).area.refresh();
      return answer;
    },
    changeLine: async ({ path, line, change }) => {
      const answer = await host.lines.change(path, line, change);
      await session(path).lines.refresh();
      return answer;
    },
    pruneLines: async ({ path, rule, remove }) => {
      const answer = await host.lines.prune(path, rule, remove);
      if (remove) await session(path).lines.refresh();
      return answer;
    },
  };
}
