import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { HostBook } from '../../src-main/host-book/host-book';
import { createDocumentServices } from '../../src-main/documents';
import { count, report, seedOf } from '../support/faults/count';
import { Random } from '../support/random';
import { tempFolder } from '../support/temp-folder';

const KILLS = count(15, 100);
/** Rounds take a few milliseconds, so that kills happen in all parts of a round. */
const MAX_LIFE_MS = 120;

it('An app that is killed while it saves leaves no half-written file, and loses nothing that it has acknowledged.', async () => {
  const folder = tempFolder();
  const program = join(folder, 'program.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../support/hostile/saving-child.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    external: ['*.node', 'cpu-features'],
  });
  const state = join(folder, 'state');
  const documents = join(folder, 'documents');
  const manifest = join(documents, 'manifest.xml');
  mkdirSync(join(documents, 'scripts'), { recursive: true });
  writeFileSync(manifest, '<!-- 0 --><!-- 0 -->');
  writeFileSync(join(documents, 'scripts/a'), '<!-- 0 --><!-- 0 -->');
  const random = new Random(seedOf(1603));
  let saved = 0;
  let rounds = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(process.execPath, [program, manifest, state, String(saved)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close');
    const lines = createInterface({ input: child.stdout });
    const first = once(lines, 'line');
    lines.on('line', (line) => {
      saved = Number(line);
      rounds++;
    });
    await Promise.race([first, closed]);
    await delay(random.below(MAX_LIFE_MS));
    child.kill('SIGKILL');
    await closed;
    const roundOf = (text: string): number => {
      const [begin, end] = [/^<!-- (\d+) -->/.exec(text)?.[1], /<!-- (\d+) -->$/.exec(text)?.[1]];
      expect(end, 'the file is complete').toBe(begin);
      return Number(begin);
    };
    for (const path of [manifest, join(documents, 'scripts/a')])
      expect(roundOf(readFileSync(path, 'utf8'))).toBeGreaterThanOrEqual(saved);
    // The next app on this folder.
    const opened = await createDocumentServices({ resources: '', state }).documents.open({ path: manifest }, {});
    if (opened.recovery) expect(roundOf(opened.recovery.source)).toBeGreaterThanOrEqual(saved);
    const book = await HostBook.open(state);
    expect(book.trouble).toBeUndefined();
    const [host] = book.list();
    expect(Number(host?.user?.slice('user'.length))).toBeGreaterThanOrEqual(saved);
    const trusted = JSON.parse(readFileSync(join(state, 'trusted.json'), 'utf8')) as { folder: string }[];
    expect(trusted.map((one) => one.folder)).toContain(`/${saved % 300}`);
    const kept = JSON.parse(readFileSync(join(state, 'secrets.json'), 'utf8')) as Record<string, string>;
    expect(Number(Buffer.from(kept['host password'] ?? '', 'base64').toString())).toBeGreaterThanOrEqual(saved);
    expect(readdirSync(state).filter((name) => name.includes('set-aside'))).toEqual([]);
  }
  report(`app: ${KILLS} kills while saving, ${rounds} rounds acknowledged, none lost`);
});
