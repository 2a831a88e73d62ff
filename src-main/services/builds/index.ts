import type { BuildHost } from '../../build-hosts/build-host';
import type { BuildServices } from '../../rpc/services';
import type { RunListener } from './run-listener';
import { BuildSession } from './session';

/** Builds on a host. They belong to their manifests' areas, not to us: what is started here goes on when we end. */
export function createBuilds(host: BuildHost, onRun: RunListener = () => undefined): BuildServices['builds'] {
  const sessions = new Map<string, BuildSession>();
  const session = (path: string): BuildSession => {
    const known = sessions.get(path) ?? new BuildSession(host, path, onRun);
    sessions.set(path, known);
    return known;
  };
  return {
    watch: async ({ path }, { signal }) => session(path).watch(signal),
    plan: ({ path, resume, pause }, { signal }) => host.plan(path, { resume, pause }, signal),
    start: ({ path, resume, pause }) => session(path).start({ resume, pause }),
    unqueue: async ({ path, id }) => session(path).unqueue(id),
    pauseBefore: async ({ path, step }) => void (await host.pause(path, step)),
    cancel: ({ path }) => host.cancel(path),
    changedSinceGood: async ({ path, run, step }) => session(path).changedSinceGood(run, step),
    prune: async ({ path, ...choice }) => {
      const answer = await host.prune(path, choice);
      if (choice.remove) await session(path).refresh();
      return answer;
    },
  };
}
