import type { BuildArea } from '../../area/area';
import { readLock } from '../../area/lock';
import type { Check } from '../check';

/** Who holds the build area. */
export function lockCheck(area: BuildArea): Check {
  const it = { id: 'lock', title: 'lock' };
  return {
    ...it,
    async look() {
      const lock = readLock(area);
      if (lock.kind === 'free') return [{ ...it, state: 'ok', detail: 'free' }];
      const { pid, host } = lock.owner;
      if (lock.kind === 'stale')
        return [{ ...it, state: 'note', detail: `left by process ${pid}, which is dead: the next build clears it` }];
      return [
        {
          ...it,
          state: 'missing',
          detail: `held by process ${pid} on ${host}`,
          fix:
            lock.kind === 'held'
              ? 'Wait for that build, or stop it.'
              : `Nobody here can tell whether it lives. If no build runs on ${host} any more, remove ${area.private}/lock.`,
        },
      ];
    },
  };
}
