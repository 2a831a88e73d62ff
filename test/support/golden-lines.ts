import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bin } from './engine';
import { replay, type Replay } from './golden';

/**
 * Replays recorded scenarios in areas with lines: before each run, an area that has checkpoints and no lines yet gets a
 * parked line and five switches.
 *
 * @param deviations the files with accepted differences
 * @returns the replay without what belongs to the parked lines, and the number of areas that got lines
 */
export async function replayWithLines(
  scenarios: readonly string[],
  deviations: readonly string[],
): Promise<Replay & { readonly areas: number }> {
  const commands = mkdtempSync(join(tmpdir(), 'slipway-golden-lines-'));
  try {
    const program = join(commands, 'lines.cjs');
    const log = join(commands, 'log');
    await build({
      entryPoints: [join(import.meta.dirname, 'golden-lines-child.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
    });
    const script = `#!/bin/sh\nnode '${program}' '${log}' "$@" >/dev/null 2>&1\nexec '${join(bin, 'distro_const')}' "$@"\n`;
    writeFileSync(join(commands, 'distro_const'), script);
    chmodSync(join(commands, 'distro_const'), 0o755);
    symlinkSync(join(bin, 'ManifestRead'), join(commands, 'ManifestRead'));
    const allDeviations = join(commands, 'deviations.tsv');
    writeFileSync(allDeviations, deviations.map((path) => readFileSync(path, 'utf8')).join(''));
    const replayed = await replay(scenarios, allDeviations, { commands, adapt: withoutLines });
    return { ...replayed, areas: existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0 };
  } finally {
    rmSync(commands, { recursive: true, force: true });
  }
}

/** The engine's own folders: records, and media of parked lines where `media` is another file system. */
const OWN = /\/\.slipway(-lines)?\//;

/** Removes what belongs to parked lines: their datasets, and their records and media. */
function withoutLines(run: string): void {
  rewrite(join(run, 'snapshots'), (text) =>
    text
      .split('\n')
      .filter((line) => !/^[^\t]*\/lines(\/|\t|@|$)/.test(line))
      .join('\n'),
  );
  rewrite(join(run, 'contents'), (text) =>
    text
      .split(/^(?=== )/m)
      .filter((file) => !OWN.test(file.slice(0, file.indexOf('\n'))))
      .join(''),
  );
  rewrite(join(run, 'statefiles'), (text) =>
    text
      .split('\n')
      .filter((line) => !OWN.test(line))
      .join('\n'),
  );
}

function rewrite(path: string, change: (text: string) => string): void {
  if (existsSync(path)) writeFileSync(path, change(readFileSync(path, 'latin1')), 'latin1');
}
