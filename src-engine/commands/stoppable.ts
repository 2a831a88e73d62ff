import { onStopSignal } from '../system/stop-signal';

/**
 * Runs work that a signal may end, so that its `finally` blocks run: an open view of ZFS prevents its checkpoint from
 * being removed. A closed stdout ends it as well. Returns 0, or 128 + n after signal n.
 */
export async function stoppable(work: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const stopping = new AbortController();
  const stop = onStopSignal(() => stopping.abort());
  try {
    await work(stopping.signal);
  } catch (error) {
    if (stop.signal === undefined && (error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  } finally {
    stop.dispose();
  }
  return stop.signal === undefined ? 0 : 128 + stop.number;
}
