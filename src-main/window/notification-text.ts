import { basename, dirname } from 'node:path';
import { duration } from '../../src-shared/format';
import type { RunView } from '../../src-shared/runs/run-view';
import { visibleName } from '../../src-shared/visible';

/** Longer names would leave no room for the sentence. */
const MAX_NAME = 80;

/** Title and body of the notification about the end of a run. */
export function notificationText(manifest: string, run: RunView): { title: string; body: string } {
  const name = nameOf(basename(dirname(manifest)));
  const step = nameOf(run.steps.at(-1)?.step ?? 'the beginning');
  switch (run.state) {
    case 'done':
      return { title: `${name} is built`, body: `It took ${duration(run.seconds)}.` };
    case 'paused':
      return { title: `${name} is paused`, body: `Before ${nameOf(run.pausedBefore ?? step)}.` };
    case 'cancelled':
      return { title: `${name} was stopped`, body: `In ${step}.` };
    case 'failed':
      return { title: `${name} failed`, body: `In ${step}.` };
    default:
      return { title: `${name} was interrupted`, body: `In ${step}: its process is gone.` };
  }
}

/**
 * A name from a file or host. Desktops read markup in notifications, so that `<` and `&` are replaced by similar
 * characters.
 */
function nameOf(name: string): string {
  const text = visibleName(name).replaceAll('<', '‹').replaceAll('&', '＆');
  return text.length > MAX_NAME ? `${text.slice(0, MAX_NAME)}…` : text;
}
