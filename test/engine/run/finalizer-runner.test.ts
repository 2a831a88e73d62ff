import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FinalizerRunner } from '../../../src-engine/run/finalizer-runner';
import { createSpawner } from '../../../src-engine/run/containment';
import { canLaunch } from '../../../src-engine/run/step-launcher';
import type { Containment, StepSpawner } from '../../../src-engine/run/step-process';
import type { StepResult } from '../../../src-engine/run/step-result';
import { listProcesses } from '../../../src-engine/system/process-list';

const folder = mkdtempSync(join(tmpdir(), 'slipway-runner-'));
const MARK = `test:${process.pid}`;
/** A command that is unique among the runs of these tests, because its seconds contain the test's process id. */
const LONG_SLEEP = `sleep 600.${process.pid}`;
afterAll(() => rmSync(folder, { recursive: true }));

function script(name: string, content: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

const DAEMON_NAME = join(folder, 'daemon');
/** Reports its start, then waits for a pipe to which no process writes. */
const DAEMON_BODY = ': >"$0.started"; read -r line <"$0.pipe"';
const DAEMON = `/bin/sh -c ${DAEMON_BODY} ${DAEMON_NAME}`;

/** A script that starts a daemon and ends once the daemon runs. Before that the daemon has the name of the script. */
function daemonScript(starter: string): string {
  return script(
    'starts-daemon',
    `#!/bin/sh
rm -f ${DAEMON_NAME}.*
mkfifo ${DAEMON_NAME}.pipe
${starter} /bin/sh -c '${DAEMON_BODY}' ${DAEMON_NAME} >/dev/null 2>&1
until [ -e ${DAEMON_NAME}.started ]; do sleep 0.01; done
`,
  );
}

const isRoot = process.getuid?.() === 0;
/** Why a containment cannot be tested here, or `undefined`. */
const REASONS: Readonly<Record<Containment, string | undefined>> = {
  namespaces: isRoot && canLaunch() ? undefined : 'needs Linux and root',
  reaper: canLaunch() ? undefined : 'needs Linux',
  session: undefined,
};

let spawner: StepSpawner;

async function run(
  path: string,
  onStart: (runner: FinalizerRunner) => void = () => undefined,
): Promise<{ result: StepResult; lines: string[]; raw: Buffer[]; stopped: string[] }> {
  const lines: string[] = [];
  const stopped: string[] = [];
  const raw: Buffer[] = [];
  const runner = new FinalizerRunner(spawner);
  const result = await runner.run({
    argv: [path, 'one', 'two words'],
    env: { PATH: process.env['PATH'], SLIPWAY_AREA: MARK, EMPTY: '', TEXT: 'a=b c' },
    onStart: () => undefined,
    output: (stream) => ({
      onLine(line) {
        lines.push(`${stream}: ${line.toString('utf8')}`);
        raw.push(Buffer.from(line));
        if (line.toString() === 'ready') onStart(runner);
      },
      onOpenLine: () => undefined,
    }),
    onLeftovers: (processes) => stopped.push(...processes.map(({ name }) => name)),
  });
  return { result, lines, raw, stopped };
}

describe.each(['namespaces', 'reaper', 'session'] as const)('FinalizerRunner in containment %s', (containment) => {
  const reason = REASONS[containment];
  if (reason !== undefined) return it.skip(`runs steps (${reason})`);
  beforeAll(() => void (spawner = createSpawner(containment, mkdtempSync(join(folder, 'pipes-')), MARK)));
  afterAll(() => spawner.close());
  afterEach(() => expect(spawner.containment).toBe(containment));

  it('hands over the arguments and reads both streams to their ends', async () => {
    const { result, lines } = await run(
      script('both', '#!/bin/sh\nprintf "%s\\n" "$@"\nexec 1>&-\nseq 1 5000 >&2\nprintf tail >&2\n'),
    );
    expect(result).toEqual({ outcome: 'done' });
    expect(lines.slice(0, 2)).toEqual(['stdout: one', 'stdout: two words']);
    expect(lines).toHaveLength(2 + 5000 + 1);
    expect(lines.at(-1)).toBe('stderr: tail');
  });

  it('gives the script streams that can be opened by name', async () => {
    const { result, lines } = await run(script('names', '#!/bin/sh\necho one >/dev/stderr\necho two >/dev/stdout\n'));
    expect(result).toEqual({ outcome: 'done' });
    expect(lines.sort()).toEqual(['stderr: one', 'stdout: two']);
  });

  it('keeps bytes that are not UTF-8', async () => {
    const { raw } = await run(script('bytes', "#!/bin/sh\nprintf 'caf\\351\\n'\n"));
    expect([...(raw[0] ?? [])]).toEqual([0x63, 0x61, 0x66, 0xe9]);
  });

  it('closes standard input, so that a reader ends', async () => {
    expect((await run(script('reads', '#!/bin/sh\ncat; echo done\n'))).lines).toEqual(['stdout: done']);
  });

  it('reports exit status and signal as sentences', async () => {
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
  ])('reports why it cannot start a script with %s', async (_what, name, content, reason) => {
    const path = script(name, content);
    expect((await run(path)).result).toMatchObject({
      exit: null,
      lines: [`Error starting or running shell:${reason}: '${path}'`, `shell_list = ['${path}', 'one', 'two words']`],
    });
  });

  it('passes the environment on as it is', async () => {
    const path = script('env', '#!/bin/sh\necho "$EMPTY$TEXT"\nexec /usr/bin/env\n');
    const { lines } = await run(path);
    const names = ['EMPTY', 'PATH', 'PWD', 'SLIPWAY_AREA', 'TEXT']; // the shell sets PWD
    expect(lines[0]).toBe('stdout: a=b c');
    expect(
      lines
        .slice(1)
        .map((line) => line.replace(/^stdout: |=.*/g, ''))
        .sort(),
    ).toEqual(names);
  });

  it.skipIf(containment === 'session')('closes all descriptors above 2', async () => {
    // `ls` reads the folder by descriptor 3.
    const { lines } = await run(script('descriptors', '#!/bin/sh\nexec ls /proc/self/fd\n'));
    expect(lines).toEqual(['0', '1', '2', '3'].map((line) => `stdout: ${line}`));
  });

  it('reports a signal by a step as that signal, and a status above 128 as a status', async () => {
    for (const signal of ['TERM', 'SEGV', 'KILL', 'HUP'])
      expect((await run(script('signalled', `#!/bin/sh\nkill -${signal} $$\n`))).result).toMatchObject({
        signal: `SIG${signal}`,
        exit: null,
      });
    expect((await run(script('status', '#!/bin/sh\nexit 137\n'))).result).toMatchObject({ exit: 137, signal: null });
  });

  it('lets a step signal its own process group', async () => {
    const path = script('group', '#!/bin/sh\ntrap "exit 7" TERM\nsleep 600 &\nkill -- -$$\nwait\n');
    expect((await run(path)).result).toMatchObject({ exit: 7 });
  });

  it('shows a step its own processes in /proc', async () => {
    const path = script(
      'proc',
      '#!/bin/sh\nsleep 600 &\nuntil grep -qx sleep /proc/$!/comm; do sleep 0.02; done\ncat /proc/$!/comm\nkill $!\nwait\n[ -d /proc/$$ ] && echo here\n',
    );
    expect((await run(path)).lines).toEqual(['stdout: sleep', 'stdout: here']);
  });

  it('waits for output of background processes that end by themselves', async () => {
    const { result, lines, stopped } = await run(
      script('background', '#!/bin/sh\n(sleep 0.3; echo late) &\n(sleep 0.4) >/dev/null 2>&1 &\n'),
    );
    expect({ result, lines, stopped }).toEqual({ result: { outcome: 'done' }, lines: ['stdout: late'], stopped: [] });
  });

  it('ends a daemon that has the output open after a moment, and names it', async () => {
    const { result, stopped } = await run(script('holds', `#!/bin/sh\nsetsid ${LONG_SLEEP} &\n`));
    expect({ result, stopped }).toEqual({ result: { outcome: 'done' }, stopped: ['sleep'] });
    expect(left(LONG_SLEEP)).toEqual([]);
  });

  it('ends a daemon in its own session at once, and names it', async () => {
    const { stopped } = await run(daemonScript('setsid -f'));
    expect(stopped).toEqual(['sh']);
    expect(left(DAEMON)).toEqual([]);
  });

  it.skipIf(containment === 'session')('ends a daemon that has left the session and the environment', async () => {
    expect((await run(daemonScript('setsid -f env -i'))).stopped).toEqual(['sh']);
    expect(left(DAEMON)).toEqual([]);
  });

  it('ends everything the step started when it is cancelled', async () => {
    const path = script('tree', `#!/bin/sh\nsetsid ${LONG_SLEEP} &\n(exec ${LONG_SLEEP}) &\necho ready\nwait\n`);
    const { result } = await run(path, (runner) => runner.cancel());
    expect(result).toMatchObject({ outcome: 'failed', signal: 'SIGTERM' });
    expect(left(LONG_SLEEP)).toEqual([]);
  });

  it.each([
    ['ignores SIGTERM', "trap '' TERM HUP INT\necho ready\nwhile :; do sleep 1; done"],
    ['is stopped', 'echo ready\nkill -STOP $$'],
    ['runs under timeout', `trap '' TERM\necho ready\ntimeout 600 ${LONG_SLEEP}\n${LONG_SLEEP}`],
  ])('ends a step that %s when it is asked again', async (_what, body) => {
    const path = script('deaf', `#!/bin/sh\n${body}\n`);
    const { result } = await run(path, (runner) => {
      runner.cancel();
      runner.cancel(true);
    });
    expect(result).toMatchObject({ outcome: 'failed' });
    expect(left(LONG_SLEEP)).toEqual([]);
  });
});

/** Processes with this command line. */
function left(command: string): number[] {
  return listProcesses()
    .filter(({ pid }) => commandLine(pid) === command)
    .map(({ pid }) => pid);
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean).join(' ');
  } catch {
    return ''; // it has ended
  }
}
