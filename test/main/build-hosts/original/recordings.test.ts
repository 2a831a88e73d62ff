// Detail logs that the original wrote, where they exist beside this checkout.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LogTranslation } from '../../../../src-main/build-hosts/original/translate';
import { readManifest } from '../../../../src-shared/manifest/model';
import { parseManifest } from '../../../../src-shared/manifest/parse';
import { decodeManifest } from '../../../../src-shared/manifest/source';
import { type EngineRecord, parseRecord } from '../../../../src-shared/journal/records';
import { corpus, hasCorpus } from '../../../support/engine';

const golden = join(corpus, 'golden');
const recordings = hasCorpus
  ? readdirSync(golden).flatMap((name) =>
      readdirSync(join(golden, name))
        .filter((run) => existsSync(join(golden, name, run, 'detail-log')))
        .map((run) => ({ name: `${name} ${run}`, folder: join(golden, name, run), manifest: manifestOf(name, run) })),
    )
  : [];

/** The manifest that the command names, in the folder where it ran. A manifest that does not parse has no log. */
function manifestOf(name: string, run: string): string {
  const word = /\S+\.xml/.exec(readFileSync(join(golden, name, run, 'cmd'), 'utf8'))?.[0] ?? 'manifest.xml';
  return [join(golden, name, word), join(golden, name, 'manifest.xml')].find(existsSync) ?? '';
}

function stepsOf(manifest: string) {
  return manifest === '' ? [] : readManifest(parseManifest(decodeManifest(readFileSync(manifest)))).steps;
}

describe.skipIf(!hasCorpus)(`recorded logs of the original${hasCorpus ? '' : ' (not here)'}`, () => {
  it('exist', () => expect(recordings.length).toBeGreaterThan(100));

  it.each(recordings)('include $name, which is translated completely', ({ folder, manifest }) => {
    // The recorder replaced everything that differs from run to run by placeholders.
    const log = readFileSync(join(folder, 'detail-log'), 'utf8')
      .replaceAll('@DATE@', 'Mon Nov 23 21:21:23 2026')
      .replaceAll('@WORK@', '/work');
    const lines = log.split('\n').slice(0, -1);
    const at = Date.UTC(2026, 10, 23, 21, 21, 0) / 1000;
    const records: EngineRecord[] = [];
    const translation = new LogTranslation(
      { run: 'run-x', host: 'h', manifest: 'm', steps: stepsOf(manifest), startedAt: at, localStart: at },
      (line) => records.push(parseRecord(line) as EngineRecord),
    );
    for (const line of lines) translation.take(line, undefined);
    const all = <K extends EngineRecord['kind']>(kind: K) =>
      records.filter((one): one is Extract<EngineRecord, { kind: K }> => one.kind === kind);

    const shown = all('output').map(({ text }) => text);
    expect(shown.filter((text) => !/^The (checkpoint|rollback to the checkpoint) before /.test(text))).toEqual(lines);
    // The original reports success after its helpers failed. The journal does not.
    const ignored = lines.findIndex((line) =>
      /^(cannot (create snapshot|snapshot|rollback to) |too many arguments$)/.test(line),
    );
    // Output that was not seen as it came has no time.
    const times = records.flatMap(({ at }) => (at > 0 ? [at] : []));
    expect(times).toEqual([...times].sort((a, b) => a - b));

    // `trace` has a line for each script that ran, and `exit` the status of the command.
    const isWhole = /^Build (is successful|failed)\.$/m.test(log);
    const started = all('step-started').map(({ step }) => step);
    const finished = all('step-finished').map(({ step }) => step);
    expect(finished).toEqual(isWhole ? started : started.slice(0, finished.length));
    expect(started.length - finished.length).toBeLessThanOrEqual(isWhole ? 0 : 1);
    // Two builds that began in the same second share one log, which has two ends.
    const codes = lines.flatMap((line, at) =>
      line === 'Build failed.' ? [1] : line === 'Build is successful.' ? [ignored >= 0 && at > ignored ? 1 : 0] : [],
    );
    expect(all('exit').map(({ code }) => code)).toEqual(codes);
    if (isWhole && ignored < 0) expect(all('exit')[0]?.code).toBe(Number(readFileSync(join(folder, 'exit'), 'utf8')));
    const scripts = lines.filter(
      (line) => /^exec command: /.test(line) && !/finalizer_(checkpoint|rollback)/.test(line),
    );
    expect(started).toHaveLength(scripts.length);
    // A failed checkpoint is not a step.
    const failures = lines.filter(
      (line, at) => /^(Child (returned|was terminated)|Error starting)/.test(line) && lines[at - 1] !== '@TRACEBACK@',
    );
    expect(all('step-finished').filter(({ outcome }) => outcome === 'failed')).toHaveLength(failures.length);
  });
});
