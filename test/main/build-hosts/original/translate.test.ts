// Logs in the form of the original (its contract, 3.4 and 4), written here; its recordings are in recordings.test.ts.
import { describe, expect, it } from 'vitest';
import { LogTranslation } from '../../../../src-main/build-hosts/original/translate';
import { type EngineRecord, parseRecord } from '../../../../src-shared/journal/records';
import { newRun, withRecord, type RunView } from '../../../../src-shared/runs/run-view';
import { logOf } from './sample-logs';

const STEPS = ['a', 'b', 'c'].map((name) => ({ name, message: `Step ${name}`, script: `scripts/${name}` }));
const BUILD = {
  run: 'run-2026-01-02-03-04-05',
  host: 'h',
  manifest: '/m.xml',
  steps: STEPS,
  startedAt: 1000,
  localStart: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000,
};

/** The records of a log whose lines are seen at these times; without times they were not seen as they came. */
function translate(lines: readonly string[], times?: readonly number[]): EngineRecord[] {
  const records: EngineRecord[] = [];
  const translation = new LogTranslation(BUILD, (line) => records.push(parseRecord(line) as EngineRecord));
  for (const [at, line] of lines.entries()) translation.take(line, times?.[at]);
  return records;
}
const viewOf = (lines: readonly string[], times?: readonly number[]): RunView =>
  translate(lines, times).reduce(withRecord, newRun(BUILD.run));
const stepsOf = (lines: readonly string[]): string[] =>
  viewOf(lines).steps.map(({ step, outcome, exit, signal }) => `${step} ${outcome} ${exit ?? signal ?? ''}`.trim());

describe('the journal of a log', () => {
  it('has a build from the beginning, its steps, checkpoints and time', () => {
    const run = viewOf(logOf([{ step: 'a' }, { step: 'b' }, { step: 'c' }]));
    expect(run).toMatchObject({ state: 'done', resume: null, checkpoints: ['a', 'b', 'c'], client: 'distro_const' });
    // By its last line but one, 90 seconds later on the host's clock. The times of the steps are not known.
    expect(run).toMatchObject({ startedAt: 1000, endedAt: 1090, seconds: 90 });
    expect(run.steps.map(({ step, index, outcome, seconds }) => [step, index, outcome, seconds])).toEqual([
      ['a', 0, 'done', undefined],
      ['b', 1, 'done', undefined],
      ['c', 2, 'done', undefined],
    ]);
  });

  it('has the times of steps that were seen as they came', () => {
    const lines = logOf([{ step: 'a', output: ['x'] }, { step: 'b' }]);
    const times = lines.map((_, at) => 1000 + at);
    const begun = (step: string): number => 1000 + lines.indexOf(`==== ${step}: Step ${step} `);
    expect(viewOf(lines, times).steps).toMatchObject([
      { startedAt: begun('a'), seconds: begun('b') - begun('a') },
      { startedAt: begun('b') },
    ]);
  });

  it('has a pause, also after a resume', () => {
    const paused = viewOf(logOf([{ step: 'a' }, { step: 'b', pauses: true }]));
    expect(paused).toMatchObject({ state: 'paused', pausedBefore: 'b', checkpoints: ['a', 'b'] });
    expect(paused.steps.map(({ step }) => step)).toEqual(['a']);
    const both = viewOf(
      logOf([
        { step: 'b', rollback: true },
        { step: 'c', pauses: true },
      ]),
    );
    expect(both).toMatchObject({ state: 'paused', resume: 'b', checkpoints: ['c'], isUnderWay: true });
    expect(both.planned.map(({ name, kept }) => `${name} ${kept}`)).toEqual(['a true', 'b false', 'c false']);
  });

  it('has a resume at the first step as well', () => {
    expect(viewOf(logOf([{ step: 'a', rollback: true }]))).toMatchObject({ resume: 'a', checkpoints: [] });
  });

  it.each([
    [['Child returned err 7'], 'b failed 7'],
    [['Child was terminated by signal 9'], 'b failed SIGKILL'],
    [['Child was terminated by signal 77'], 'b failed signal 77'],
    [['Error starting or running shell:[Errno 8] Exec format error', "shell_list = ['scripts/b']"], 'b failed'],
  ])('has the reason why a step failed: %j', (lines, outcome) => {
    const log = logOf([{ step: 'a' }, { step: 'b', output: lines }], false);
    expect(viewOf(log)).toMatchObject({ state: 'failed', exitCode: 1 });
    expect(stepsOf(log)).toEqual(['a done 0', outcome]);
  });

  it('has the failed step when the build continued', () => {
    const log = logOf(
      [{ step: 'a' }, { step: 'b', output: ['Child was terminated by signal 9'] }, { step: 'c' }],
      false,
    );
    expect(stepsOf(log)).toEqual(['a done 0', 'b failed SIGKILL', 'c done 0']);
    expect(viewOf(log).state).toBe('failed');
  });

  it('blames no step for a checkpoint that cannot be taken', () => {
    const [last = '', ...ends] = logOf([{ step: 'a' }, { step: 'b' }, { step: 'c' }], false).slice(-3);
    const whole = logOf([{ step: 'a' }, { step: 'b' }], false).slice(0, -2);
    const [announced = '', empty = ''] = logOf([{ step: 'c' }]).slice(4, 6);
    const failed = [...whole, announced, empty, 'cannot snapshot', 'Child returned err 1'];
    expect(stepsOf([...failed, ...ends])).toEqual(['a done 0', 'b done 0']);
    expect(viewOf([...failed, ...ends])).toMatchObject({ state: 'failed', checkpoints: ['a', 'b'] });
    // With stop_on_error=false the step runs nevertheless.
    expect(stepsOf([...failed, last, ...ends])).toEqual(['a done 0', 'b done 0', 'c done 0']);
  });

  /** A log in which a helper prints a line before its banner. */
  const withHelperOutput = (log: readonly string[], banner: string, ...lines: string[]): string[] =>
    log.flatMap((line) => (line === banner ? [...lines, line] : [line]));

  it('is that of a failed run when a checkpoint could not be taken and the original went on', () => {
    const whole = logOf([{ step: 'a' }, { step: 'b' }, { step: 'c' }]);
    const log = withHelperOutput(
      whole,
      '==== b: Step b ',
      "cannot create snapshot 'x@.step_b': dataset already exists",
    );
    expect(viewOf(log)).toMatchObject({ state: 'failed', exitCode: 1, checkpoints: ['a', 'c'] });
    expect(stepsOf(log)).toEqual(['a done 0', 'b done 0', 'c done 0']);
    const paused = logOf([{ step: 'a' }, { step: 'b', pauses: true }]);
    expect(viewOf(withHelperOutput(paused, 'Stopping at b: Step b ', 'out of space'))).toMatchObject({
      state: 'failed',
      checkpoints: ['a'],
    });
  });

  it('is that of a failed run and failed steps when a rollback failed and the original went on', () => {
    const whole = logOf([{ step: 'b', rollback: true }, { step: 'c' }]);
    const log = withHelperOutput(
      whole,
      '==== b: Step b ',
      "cannot rollback to 'x': clones of previous snapshots exist",
      'x/y',
    );
    expect(viewOf(log)).toMatchObject({ state: 'failed', exitCode: 1, resume: 'b', checkpoints: ['c'] });
    expect(stepsOf(log)).toEqual(['b failed', 'c failed']);
    const texts = translate(log).flatMap((one) => (one.kind === 'output' ? [one.text] : []));
    expect(texts.filter((text) => text.startsWith('The rollback to the checkpoint before b failed.'))).toHaveLength(1);
  });

  it('has a good last step whose own output has the form of its failure', () => {
    const log = logOf([{ step: 'a' }, { step: 'b', output: ['Child returned err 3'] }]);
    expect(viewOf(log).state).toBe('done');
    expect(stepsOf(log)).toEqual(['a done 0', 'b done 0']);
  });

  it('has no times for lines that were not seen as they came', () => {
    const times = (one: readonly EngineRecord[]): Set<number> =>
      new Set(one.flatMap((record) => (record.kind === 'output' && record.text === 'x' ? [record.at] : [])));
    const log = logOf([{ step: 'a', output: ['x'] }]);
    expect(times(translate(log))).toEqual(new Set([0]));
    expect(
      times(
        translate(
          log,
          log.map((_, at) => 2000 + at),
        ),
      ),
    ).toEqual(new Set([2000 + log.indexOf('x')]));
  });

  it('is not changed by output of a step that equals a line of the original', () => {
    const output = ['Child returned err 3', '==== c: Step c ', 'Stopping at c: Step c ', 'Build failed.', 'more'];
    const log = logOf([{ step: 'a', output }, { step: 'b' }]);
    expect(stepsOf(log)).toEqual(['a done 0', 'b done 0']);
    expect(translate(log).filter(({ kind }) => kind === 'exit')).toHaveLength(1);
    expect(viewOf(log)).toMatchObject({ state: 'done', checkpoints: ['a', 'b'] });
  });

  it('has steps that the manifest no longer has, or has under another name', () => {
    const log = logOf([
      { step: 'old', message: 'As it was' },
      { step: 'b', message: 'Other words' },
    ]);
    expect(viewOf(log).steps).toMatchObject([
      { step: 'old', outcome: 'done' },
      { step: 'b', index: 1, outcome: 'done' },
    ]);
    expect(viewOf(log).checkpoints).toEqual(['old', 'b']);
  });

  it('has the steps of a build without checkpoints by their scripts', () => {
    const log = logOf([{ step: 'a' }, { step: 'b', output: ['Child returned err 2'] }], false, { checkpoints: false });
    expect(stepsOf(log)).toEqual(['a done 0', 'b failed 2']);
    expect(viewOf(log).checkpoints).toEqual([]);
  });

  it('has the steps of a log of our engine, which announces nothing', () => {
    const output = ['==== a: Step a ', '==== c: Other words ', 'exec command: scripts/c /x /y/build_data/pkg_image'];
    const log = logOf(
      [
        { step: 'b', rollback: true, output },
        { step: 'c', pauses: true },
      ],
      true,
      { announced: false },
    );
    expect(viewOf(log)).toMatchObject({ state: 'paused', resume: 'b', checkpoints: ['c'], pausedBefore: 'c' });
    expect(stepsOf(log)).toEqual(['b done 0']);
  });

  it('has each line once, with the step that printed it', () => {
    const log = logOf([
      { step: 'a', output: ['one', '', 'Größe <b>"$(x)"\u001b[0m'] },
      { step: 'b', output: ['two'] },
    ]);
    const output = translate(log).flatMap((one) => (one.kind === 'output' ? [one] : []));
    expect(output.map(({ text }) => text)).toEqual(log);
    expect(output.flatMap(({ step, stream, text }) => (stream === 'stdout' && text ? [[step, text]] : []))).toEqual([
      ['a', 'one'],
      ['a', 'Größe <b>"$(x)"\u001b[0m'],
      ['b', 'two'],
    ]);
  });

  it('does not end before the log does', () => {
    const log = logOf([{ step: 'a' }, { step: 'b' }]);
    for (const length of [0, 4, 9, log.length - 1]) expect(viewOf(log.slice(0, length)).state).toBe('running');
  });

  it('is made quickly from the longest lines', () => {
    const line = `exec command: /finalizer_checkpoint.py ${'@.step_'.repeat(1160)}`;
    translate([line, line.repeat(100)]);
  });
});
