import type { ElectronApplication, Frame, Page } from 'playwright-core';

/**
 * Opens another window with our preload, as a defect elsewhere might: its page is not ours, and the frame in it has our
 * address but is not a top-level page.
 */
export async function openStrangers(electron: ElectronApplication): Promise<{ otherPage: Page; ourFrame: Frame }> {
  const coming = electron.waitForEvent('window');
  await electron.evaluate(({ app, BrowserWindow }) => {
    const stranger = new BrowserWindow({
      show: false,
      webPreferences: {
        preload: `${app.getAppPath()}/out/preload/index.cjs`,
        sandbox: true,
        contextIsolation: true,
        nodeIntegrationInSubFrames: true,
      },
    });
    return stranger.loadURL('data:text/html,<iframe src="app://bundle/frame"></iframe>');
  });
  const otherPage = await coming;
  // The process of the frame may be reported after that of the page.
  const isOurs = (frame: Frame): boolean => frame.url().startsWith('app://bundle/');
  const ourFrame =
    otherPage.frames().find(isOurs) ?? (await otherPage.waitForEvent('framenavigated', { predicate: isOurs }));
  return { otherPage, ourFrame };
}
