import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canLaunch, StepLauncher } from '../../../src-engine/run/step-launcher';
import { exec, type RunTool } from '../../../src-engine/system/exec';
import { findTool } from '../../../src-engine/system/executables';

const perl = findTool('perl');
const lacks = canLaunch() && perl !== undefined && process.getuid?.() === 0 ? undefined : 'needs Linux, root and perl';
/** Prints the name of the process that started it. */
const PARENT = 'tr "\\0" " " </proc/$PPID/cmdline';
const LARGE_BYTES = 3_000_000;

describe.skipIf(lacks !== undefined)(
  `a command through the launcher${lacks === undefined ? '' : ` (${lacks})`}`,
  () => {
    let launcher: StepLauncher;
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'slipway-commands-'));
      launcher = new StepLauncher(perl ?? '', 'namespaces', undefined, true);
    });
    afterEach(() => {
      launcher.close();
      rmSync(folder, { recursive: true });
    });

    const run: RunTool = (argv, options) => {
      if (!launcher.commands) throw new Error('the launcher runs no commands');
      return launcher.commands.run(argv, options);
    };
    const sh = (script: string, options?: Parameters<RunTool>[1]): ReturnType<RunTool> =>
      run(['/bin/sh', '-c', script], options);

    it('is started by a process of the launcher, in a session of its own', async () => {
      expect((await sh(PARENT)).stdout).toContain('slipway-commands');
      expect((await sh('cut -d " " -f 6 /proc/$$/stat; echo $$')).stdout).toMatch(/^(\d+)\n\1\n$/);
    });

    it('returns both outputs and an expected exit status', async () => {
      const result = await sh('echo out; echo err >&2; exit 3', { okExitCodes: [3] });
      expect(result).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' });
    });

    it('fails with its message at an unexpected exit status, at a signal, and when its program is missing', async () => {
      await expect(sh('echo why >&2; exit 3', { errorCode: 'area' })).rejects.toMatchObject({
        code: 'area',
        message: '/bin/sh -c echo why >&2; exit 3 exited with status 3: why',
      });
      await expect(sh('kill -9 $$')).rejects.toThrow('was ended by SIGKILL');
      await expect(run([join(folder, 'missing')])).rejects.toThrow('No such file or directory');
    });

    it('gets exactly the given environment and no descriptor but the first three', async () => {
      const env = { ONE: '1', TWO: 'a=b\nc' };
      expect((await run(['/usr/bin/env', '-0'], { env })).stdout).toBe('ONE=1\0TWO=a=b\nc\0');
      expect((await sh('exec ls /proc/self/fd')).stdout).toMatch(/^0\n1\n2\n3\n$/); // 3 is the folder that ls reads
    });

    it('is not reachable from a step, which inherits no descriptor of its socket', async () => {
      const step = await launcher.spawn(['/bin/sh', '-c', 'exec ls /proc/self/fd'], { PATH: process.env['PATH'] });
      if ('failed' in step) throw new Error(step.failed);
      expect(await text(step.stdout)).toMatch(/^0\n1\n2\n3\n$/);
      await step.ended;
    });

    it('finds an empty file in the place of a masked one, which others do not', async () => {
      const path = join(folder, 'file');
      writeFileSync(path, 'content');
      expect((await sh(`cat ${path}; echo more >${path}`, { maskedFile: path })).stdout).toBe('');
      expect((await exec(['/bin/sh', '-c', `cat ${path}; echo more >${path}`], { maskedFile: path })).stdout).toBe('');
      expect(readFileSync(path, 'utf8')).toBe('content');
    });

    it('runs at the same time as others', async () => {
      const pipe = join(folder, 'pipe');
      await run(['/usr/bin/mkfifo', pipe]);
      const [read] = await Promise.all([sh(`cat ${pipe}`), sh(`echo met >${pipe}`)]);
      expect(read.stdout).toBe('met\n');
    });

    it('returns outputs of any size and of any bytes', async () => {
      const zeros = `head -c ${LARGE_BYTES} /dev/zero`;
      const results = await Promise.all([sh(`${zeros}; ${zeros} >&2`), sh(`${zeros} >&2; ${zeros}`)]);
      for (const { stdout, stderr } of results) {
        expect(stdout.length).toBe(LARGE_BYTES);
        expect(stderr.length).toBe(LARGE_BYTES);
      }
      expect((await sh("printf '\\351'", { encoding: 'latin1' })).stdout).toBe('é');
    });

    it('fails when the process that runs it ends, and later ones are run without it', async () => {
      await expect(sh('kill -9 $PPID')).rejects.toThrow(/was interrupted/);
      expect((await sh(PARENT)).stdout).not.toContain('slipway-commands');
    });

    it('runs without the launcher after that is closed', async () => {
      launcher.close();
      expect((await sh(PARENT)).stdout).not.toContain('slipway-commands');
    });
  },
);
