import { appendFileSync } from 'node:fs';
import { openContext } from '../../src-engine/commands/context';
import { underLock } from '../../src-engine/commands/under-lock';
import { LineChanges } from '../../src-engine/lines/line-changes';
import { newLine, nextId, readLines } from '../../src-engine/lines/line-file';
import { FIRST_LINE } from '../../src-shared/line-id';

const SWITCHES = 5;

/**
 * `golden-lines-child.cjs LOG ARGUMENT...`, with the arguments of a run: gives the area of its manifest a parked line, and
 * switches five times, so that the build data is on the first line again. Steps and journals are not involved.
 */
async function main(): Promise<void> {
  const [log = '', ...args] = process.argv.slice(2);
  for (const operand of args) {
    const before = await openContext(operand).catch(() => undefined);
    if (!before) continue; // not the manifest
    if (before.snapshots.length < 2 || readLines(before.area).lines.length > 1) return;
    await underLock(before, operand, 'lines', async ({ area, backend, snapshots }) => {
      const id = nextId(readLines(area));
      const snapshot = snapshots.at(-1)?.name ?? '';
      const line = newLine(id, 'behind', { line: FIRST_LINE, step: null });
      await new LineChanges(area, backend).keep(line, { then: 'fork', from: FIRST_LINE, snapshot });
      for (let n = 0; n < SWITCHES; n++) await new LineChanges(area, backend).activate(n % 2 === 0 ? FIRST_LINE : id);
      appendFileSync(log, `${area.mountpoint}\n`);
    });
    return;
  }
}

void main();
