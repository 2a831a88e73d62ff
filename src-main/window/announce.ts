import { Notification } from 'electron';
import { progress } from '../../src-shared/timeline/timeline';
import type { RunListener } from '../services/builds/run-listener';
import type { MainWindow } from './main-window';
import { notificationText } from './notification-text';

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
    const notification = new Notification(notificationText(manifest, run));
    notification.on('click', () => window()?.show());
    notification.show();
  };
}
