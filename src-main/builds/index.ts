import type { BuildHost } from '../hosts/build-host';
import type { BuildServices } from '../rpc/services';
import { readCancelled, readPlan, readPrune } from './engine-answers';
import { BuildSession, type RunListener } from './session';

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
    plan: async ({ path, resume, pause }, { signal }) => {
      const options = [...(resume === undefined ? [] : ['-r', resume]), ...(pause === undefined ? [] : ['-p', pause])];
      return readPlan(await host.ask({ subcommand: 'plan', manifest: path, options }, signal));
    },
    start: ({ path, resume, pause }) => session(path).start({ resume, pause }),
    unqueue: async ({ path, id }) => session(path).unqueue(id),
    pauseBefore: async ({ path, step }) => {
      const call = step === null ? { options: ['--none'] } : { operands: [step] };
      await host.ask({ subcommand: 'pause', manifest: path, ...call });
    },
    cancel: async ({ path }) => readCancelled(await host.ask({ subcommand: 'cancel', manifest: path })),
    changedSinceGood: async ({ path, run, step }) => session(path).changedSinceGood(run, step),
    prune: async ({ path, stale, from, remove }) => {
      const options = [
        ...(stale ? ['--stale'] : []),
        ...(from === undefined ? [] : ['--from', from]),
        ...(remove ? ['--yes'] : []),
      ];
      const { wouldRemove, removed } = readPrune(await host.ask({ subcommand: 'prune', manifest: path, options }));
      if (remove) await session(path).refresh();
      return { found: wouldRemove, removed };
    },
  };
}
