import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import type { Page } from 'playwright-core';
import { onTestFinished, TestRunner } from 'vitest';
import { beforeDeadline } from '../../../src-main/async/deadline';
import { runTool } from '../../support/run-tool';

const MAX_LINES = 40;
const PAGE_TIMEOUT_MS = 10_000;
const BUSIEST = 8;

/**
 * Adds the text of the page and the load of the machine to the error of a failed test, so that a failure on another
 * machine can be understood from its log. It must be called after the closing of the page is registered, because the
 * last registered step runs first.
 */
export function reportPageOnFailure(page: Page): void {
  if (!TestRunner.getCurrentTest()) return;
  onTestFinished(async ({ task }) => {
    const error = task.result?.errors?.at(-1);
    if (task.result?.state !== 'fail' || error === undefined) return;
    const report = `\n${await textOf(page)}\n${loadOfMachine()}`;
    error.message += report;
    if (error.stack !== undefined) error.stack += report;
  });
}

/** The visible text of a page, or why there is none. */
async function textOf(page: Page): Promise<string> {
  if (page.isClosed()) return 'The page is closed.';
  // A dialog comes last in the page, where it would be cut off.
  const text = Promise.all(
    [...(await page.getByRole('dialog').all()), page.locator('body')].map((part) =>
      part.innerText({ timeout: PAGE_TIMEOUT_MS }),
    ),
  );
  const read = await beforeDeadline(
    text.catch((error: unknown) => String(error)),
    PAGE_TIMEOUT_MS,
  );
  if (read === undefined) return `The page did not answer within ${PAGE_TIMEOUT_MS} ms.`;
  const lines = [read.value]
    .flat()
    .join('\n')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return ['The page contained:', ...lines.slice(0, MAX_LINES)].join('\n');
}

/** The load averages, the share of time in which tasks waited for a processor, and the busiest processes. */
function loadOfMachine(): string {
  const processes = runTool('ps', '-eo', 'pcpu,ni,etimes,args', '--sort=-pcpu').split('\n');
  return [
    `Load of the machine: ${loadavg().join(' ')}`,
    pressure(),
    ...processes.slice(0, BUSIEST + 1).map((line) => line.slice(0, 160)),
  ].join('\n');
}

function pressure(): string {
  try {
    return readFileSync('/proc/pressure/cpu', 'utf8').trim();
  } catch {
    return 'This kernel does not report pressure.';
  }
}
