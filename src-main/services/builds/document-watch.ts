import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inBackground } from '../../async/guard';
import { createLocalTransport } from '../../transport/local';

const DEBOUNCE_MS = 40;

/** The state of a manifest's folder and of its scripts: another one after each change of a file in them. */
export async function documentStamp(manifest: string): Promise<string> {
  const transport = createLocalTransport();
  return (await Promise.all(foldersOf(manifest).map((path) => transport.stamp(path)))).join('\n\n');
}

/**
 * Watches the folder of a manifest and its scripts, because saved files may make checkpoints stale. Documents are on this computer,
 * wherever they are built.
 *
 * @param onChange called with the stamp of the document after each change; the next change waits for it
 * @param onError called when a folder can no longer be watched
 */
export function watchDocument(
  manifest: string,
  signal: AbortSignal,
  onChange: (stamp: string) => Promise<void>,
  onError: (error: unknown) => void,
): void {
  const transport = createLocalTransport();
  for (const path of foldersOf(manifest)) inBackground(() => watch(path), onError);

  async function watch(path: string): Promise<void> {
    let before: string | undefined;
    for await (const _ of transport.changes(path, signal)) {
      // A file is saved in several changes: a new file, and then its name.
      if (before !== undefined) await delay(DEBOUNCE_MS);
      // Events also come from a timer, so the stamp shows whether anything changed.
      const stamp = await documentStamp(manifest);
      if (before !== undefined && stamp !== before) await onChange(stamp);
      before = stamp;
    }
  }
}

function foldersOf(manifest: string): string[] {
  const folder = dirname(manifest);
  return [folder, join(folder, 'scripts')];
}
