import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { layoutFaults } from './layout-faults';

/** Electron's smallest window, in which panes were once cut off and which 1360 pixels at a zoom of 150 % are, and common screens. */
const SIZES = [
  [900, 600],
  [1024, 700],
  [1440, 900],
  [1920, 1080],
  [2560, 1440],
] as const;

/** Checks screens one after another in windows of several sizes. */
export class LayoutCheck {
  /** One line each: screen, size, fault. */
  readonly faults: string[] = [];

  constructor(readonly page: Page) {}

  /** Collects the faults of what the window shows. With `PICTURES` set to a folder it saves a picture of each size. */
  async run(screen: string): Promise<void> {
    for (const [width, height] of SIZES) {
      await this.page.setViewportSize({ width, height });
      // A layout that a script adapts to the size has two frames for it.
      await this.page.evaluate(
        'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(undefined))))',
      );
      for (const fault of await layoutFaults(this.page)) this.faults.push(`${screen}, ${width}x${height}: ${fault}`);
      const folder = process.env['PICTURES'];
      if (folder === undefined) continue;
      const name = `${screen.replace(/[^a-zA-Z]+/g, '-')}-${width}.png`;
      await this.page.screenshot({ path: join(folder, name) });
    }
  }
}
