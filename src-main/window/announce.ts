import { Notification } from 'electron';
import { basename, dirname } from 'node:path';
import { progress } from '../../src-shared/timeline/timeline';
import type { RunView } from '../../src-shared/runs/run-view';
import { duration } from '../../src-shared/format';
import type { RunListener } from '../services/builds/run-listener';
import type { MainWindow } from './main-window';

/** Shows a build's progress in the taskbar, and its end as a notification when the window has no focus. */
export function announceRuns(window: () => MainWindow | undefined): RunListener {
  return (manifest, run, area) => {
    const browserWindow = window()?.browserWindow;
    if (run.state === 'running') {
      if (area) browserWindow?.setProgressBar(Math.min(1, progress(area, run, Date.now() / 1000)));
      return;
    }
    browserWindow?.setProgressBar(-1);
    if (browserWindow?.isFocused() || !Notification.isSupported()) return;
    const notification = new Notification(textFor(manifest, run));
    notification.on('click', () => window()?.show());
    notification.show();
  };
}

function textFor(manifest: string, run: RunView): { title: string; body: string } {
  const name = basename(dirname(manifest));
  const step = run.steps.at(-1)?.step ?? 'the beginning';
  switch (run.state) {
    case 'done':
      return { title: `${name} is built`, body: `It took ${duration(run.seconds)}.` };
    case 'paused':
      return { title: `${name} is paused`, body: `Before ${run.pausedBefore ?? step}.` };
    case 'cancelled':
      return { title: `${name} was stopped`, body: `In ${step}.` };
    case 'failed':
      return { title: `${name} failed`, body: `In ${step}.` };
    default:
      return { title: `${name} was interrupted`, body: `In ${step}: its process is gone.` };
  }
}
