import type { Page } from 'playwright-core';

/** The page's globals that `record` uses, which runs in the page. */
interface PageGlobals {
  announced?: string[];
  document: unknown;
  MutationObserver: new (changed: (records: readonly TextChange[]) => void) => {
    observe(target: unknown, options: Readonly<Record<string, boolean>>): void;
  };
}

interface TextChange {
  readonly type: string;
  readonly oldValue: string | null;
  readonly target: { readonly nodeValue: string | null; readonly parentElement: Region | null };
}

interface Region {
  readonly dataset: Readonly<Record<string, string | undefined>>;
}

/**
 * Records each text that screen readers announce in the page, also those that are replaced before a poll sees them.
 * Call it before the page is loaded, or on a page that is loaded.
 */
export async function recordAnnouncements(page: Page): Promise<void> {
  await page.addInitScript(record);
  await page.evaluate(record);
}

/** All texts that were announced since the page was loaded, the oldest first. */
export function announcements(page: Page): Promise<string[]> {
  return page.evaluate(() => (globalThis as unknown as PageGlobals).announced ?? []);
}

function record(): void {
  const globals = globalThis as unknown as PageGlobals;
  if (globals.announced) return;
  const announced: string[] = [];
  globals.announced = announced;
  const add = (text: string | null): void => {
    if (text !== null && text !== '' && text !== announced.at(-1)) announced.push(text);
  };
  new globals.MutationObserver((records) => {
    const changes = records.filter(({ target }) => target.parentElement?.dataset['testid'] === 'announcement');
    for (const { oldValue } of changes) add(oldValue);
    add(changes.at(-1)?.target.nodeValue ?? null);
  }).observe(globals.document, { subtree: true, characterData: true, characterDataOldValue: true });
}
