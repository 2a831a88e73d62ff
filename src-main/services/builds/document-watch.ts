import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inBackground } from '../../async/guard';
import { createLocalTransport } from '../../transport/local';

const DEBOUNCE_MS = 40;

/**
 * Watches the folder of a manifest and its scripts, because saved files may make checkpoints stale. Documents are on this computer,
 * wherever they are built.
 *
 * @param onChange called after each change; the next change waits for it
 * @param onError called when a folder can no longer be watched
 */
export function watchDocument(
  manifest: string,
  signal: AbortSignal,
  onChange: () => Promise<void>,
  onError: (error: unknown) => void,
): void {
  const transport = createLocalTransport();
  const folder = dirname(manifest);
  for (const path of [folder, join(folder, 'scripts')]) inBackground(() => watch(path), onError);

  async function watch(path: string): Promise<void> {
    let before: string | undefined;
    for await (const _ of transport.changes(path, signal)) {
      // Events also come from a timer, so the stamp shows whether anything changed.
      const stamp = await transport.stamp(path);
      if (before !== undefined && stamp !== before) await onChange();
      before = stamp;
      await delay(DEBOUNCE_MS);
    }
  }
}
