import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { TestProject } from '../../support/engine';
import { openInChromium } from './app';
import { TimelinePage } from './timeline';

const body = (lines: number): string =>
  `seq -f "line %.0f of many, as long as the lines of a compiler or of a package manager are" 1 ${lines}`;

/** A window with a project whose step `b` prints very many lines. */
export class ManyLines {
  readonly log: Locator;

  private constructor(
    readonly page: Page,
    readonly timeline: TimelinePage,
    readonly lines: number,
  ) {
    this.log = page.getByRole('log');
  }

  static async open(lines = 1_000_000): Promise<ManyLines> {
    const project = new TestProject({ steps: [{ name: 'a' }, { name: 'b', body: body(lines) }] });
    onTestFinished(() => project.dispose());
    const { page } = await openInChromium({ document: join(project.folder, 'manifest.xml') });
    const timeline = new TimelinePage(page);
    await timeline.open();
    return new ManyLines(page, timeline, lines);
  }

  /** Builds to the end. */
  async build(): Promise<void> {
    await this.timeline.buildButton.click();
    await this.timeline.says('Done', 600_000);
  }

  /** Opens the log, waits for its last line, and moves the mouse over it. */
  async openLog(): Promise<void> {
    await this.timeline.tab('Log');
    await this.page
      .getByTestId('log-count')
      .filter({ hasText: new RegExp(`${(this.lines / 1_000).toLocaleString('en')},0\\d\\d lines`) })
      .waitFor({ timeout: 300_000 });
    await this.log.getByText(/Build is successful/).waitFor();
    const box = await this.log.boundingBox();
    if (!box) throw new Error('no log');
    await this.page.mouse.move(box.x + 200, box.y + 100);
  }

  /** Scrolls up by lines and by pages. */
  async scroll(): Promise<void> {
    for (let n = 0; n < 60; n++) await this.page.mouse.wheel(0, n % 10 === 9 ? -40_000 : -700);
  }

  /** Finds a line in the last quarter, and returns the milliseconds until it is on the screen. */
  async find(): Promise<number> {
    const find = this.page.getByRole('searchbox', { name: 'Find in log' });
    const wanted = Math.floor(this.lines * 0.777777);
    await find.fill(`LINE ${wanted} of`);
    const started = Date.now();
    await find.press('Enter');
    await this.log.getByText(`line ${wanted} of`).waitFor();
    const tookMs = Date.now() - started;
    expect(await this.page.getByTestId('log-found').textContent()).toBe('1 of 1');
    return tookMs;
  }

  /** Goes to the first line. */
  async goToStart(): Promise<void> {
    await this.log.press('Home');
    await this.log.getByText(/Build started/).waitFor();
  }
}
