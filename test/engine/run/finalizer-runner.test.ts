import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FinalizerRunner, type StepResult } from '../../../src-engine/run/finalizer-runner';
import { OutputPipes } from '../../../src-engine/run/output-pipes';

const folder = mkdtempSync(join(tmpdir(), 'slipway-runner-'));
const pipes = new OutputPipes(folder);
afterAll(() => rmSync(folder, { recursive: true }));

function script(name: string, content: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

async function run(
  path: string,
  onStart: (runner: FinalizerRunner) => void = () => undefined,
): Promise<{ result: StepResult; lines: string[]; raw: Buffer[] }> {
  const lines: string[] = [];
  const raw: Buffer[] = [];
  const runner = new FinalizerRunner(pipes);
  const result = await runner.run({
    argv: [path, 'one', 'two words'],
    env: process.env,
    onStart: () => undefined,
    onLine: (stream, line) => {
      lines.push(`${stream}: ${line.toString('utf8')}`);
      raw.push(Buffer.from(line));
      if (line.toString() === 'ready') onStart(runner);
    },
  });
  return { result, lines, raw };
}

describe('FinalizerRunner', () => {
  it('hands over the arguments and reads both streams to their ends', async () => {
    const { result, lines } = await run(
      script('both', '#!/bin/sh\nprintf "%s\\n" "$@"\nexec 1>&-\nseq 1 5000 >&2\nprintf tail >&2\n'),
    );
    expect(result).toEqual({ outcome: 'done' });
    expect(lines.slice(0, 2)).toEqual(['stdout: one', 'stdout: two words']);
    expect(lines).toHaveLength(2 + 5000 + 1);
    expect(lines.at(-1)).toBe('stderr: tail');
  });

  it('gives it streams that can be opened by name, as scripts do', async () => {
    const { result, lines } = await run(script('names', '#!/bin/sh\necho one >/dev/stderr\necho two >/dev/stdout\n'));
    expect(result).toEqual({ outcome: 'done' });
    expect(lines.sort()).toEqual(['stderr: one', 'stdout: two']);
  });

  it('keeps bytes that are no UTF-8', async () => {
    const { raw } = await run(script('bytes', "#!/bin/sh\nprintf 'caf\\351\\n'\n"));
    expect([...(raw[0] ?? [])]).toEqual([0x63, 0x61, 0x66, 0xe9]);
  });

  it('closes standard input, so that a reader ends', async () => {
    expect((await run(script('reads', '#!/bin/sh\ncat; echo done\n'))).lines).toEqual(['stdout: done']);
  });

  it('reports exit status and signal in words', async () => {
    expect((await run(script('three', '#!/bin/sh\nexit 3\n'))).result).toMatchObject({
      outcome: 'failed',
      exit: 3,
      lines: ['Child returned err 3'],
    });
    expect((await run(script('killed', '#!/bin/sh\nkill -KILL $$\n'))).result).toMatchObject({
      signal: 'SIGKILL',
      lines: ['Child was terminated by signal 9'],
    });
  });

  it.each([
    ['no interpreter line', 'plain', 'echo hello\n', '[Errno 8] Exec format error'],
    [
      'an interpreter that does not exist',
      'nointerp',
      '#!/no/such/interpreter\n',
      '[Errno 2] No such file or directory',
    ],
  ])('says why it cannot start a script with %s', async (_what, name, content, reason) => {
    const path = script(name, content);
    expect((await run(path)).result).toMatchObject({
      exit: null,
      lines: [`Error starting or running shell:${reason}: '${path}'`, `shell_list = ['${path}', 'one', 'two words']`],
    });
  });

  it('ends everything the step started when it is cancelled', async () => {
    const path = script('tree', '#!/bin/sh\n(exec sleep 600) &\necho ready\nwait\n');
    const { result } = await run(path, (runner) => runner.cancel());
    expect(result).toMatchObject({ outcome: 'failed', signal: 'SIGTERM' });
  });

  it('ends a step that does not listen to SIGTERM when it is asked again', async () => {
    const path = script('deaf', "#!/bin/sh\ntrap '' TERM\necho ready\nwhile :; do sleep 1; done\n");
    const { result } = await run(path, (runner) => {
      runner.cancel();
      runner.cancel(true);
    });
    expect(result).toMatchObject({ signal: 'SIGKILL' });
  });
});
