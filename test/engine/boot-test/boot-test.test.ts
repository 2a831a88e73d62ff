// Real QEMU machines, with images of one sector that start in less than a second.
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootTest } from '../../../src-engine/boot-test/boot-test';
import { QEMU, bootRefusal } from '../../../src-engine/boot-test/firmware';
import { machineOptions } from '../../../src-engine/boot-test/machine-options';
import type { BootEvent } from '../../../src-shared/engine-answers/media';
import { bootSector } from '../../support/boot-sector';
import { finished, TestProject } from '../../support/engine';
import { eventually } from '../../support/eventually';
import { runsAfterKill } from '../../support/killed-at-start';
import { lacksTool, runTool } from '../../support/run-tool';

const lacking = bootRefusal('bios')?.message;

let project: TestProject;
beforeAll(() => {
  project = new TestProject({ steps: [{ name: 'iso' }] });
  const media = join(project.area, 'media');
  mkdirSync(join(media, 'folder'), { recursive: true });
  const iso = Buffer.alloc(0x9000);
  iso.write('CD001', 0x8001, 'latin1');
  const hybrid = Buffer.from(iso);
  bootSector('').copy(hybrid, 0, 0, 512);
  const gpt = Buffer.alloc(4096);
  gpt.write('EFI PART', 512, 'latin1');
  const files: Record<string, Buffer | string> = {
    'login.usb': bootSector('\x1b[2Jhello\r\nx login: '),
    'silent.usb': bootSector('nothing more\r\n'),
    'reset.usb': bootSector('bye\r\n', 'reset'),
    'plain.iso': iso,
    'hybrid.iso': hybrid,
    'hybrid.usb': hybrid,
    'gpt.raw': gpt,
    'disk.qcow2': Buffer.from('QFI\xfb', 'latin1'),
    'disk.raw': Buffer.from('QFI\xfb', 'latin1'),
    'disk.vmdk': 'KDMV',
    'a, b.txt': 'text',
    empty: '',
    '.hidden': bootSector(''),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(media, name), content);
});
afterAll(() => project.dispose());

const events = (stdout: string): BootEvent[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as BootEvent);
const boot = (name: string, ...options: string[]) =>
  project.run('boot-test', '--json', '--timeout', '20', ...options, 'manifest.xml', name);

describe('The outputs:', () => {
  it('Finished files are listed with sizes, and with how they boot by what is in them.', async () => {
    const { media, folder } = (await project.json('media')) as {
      folder: string;
      media: { name: string; size: number; bootable: string | null }[];
    };
    expect(folder).toBe(join(project.area, 'media'));
    expect(media.map(({ name, size, bootable }) => [name, size, bootable])).toEqual([
      ['a, b.txt', 4, null],
      ['disk.qcow2', 4, 'disk'],
      ['disk.raw', 4, null],
      ['disk.vmdk', 4, 'disk'],
      ['empty', 0, null],
      ['gpt.raw', 4096, 'disk'],
      ['hybrid.iso', 0x9000, 'cdrom'],
      ['hybrid.usb', 0x9000, 'disk'],
      ['login.usb', 1024 * 1024, 'disk'],
      ['plain.iso', 0x9000, 'cdrom'],
      ['reset.usb', 1024 * 1024, 'disk'],
      ['silent.usb', 1024 * 1024, 'disk'],
    ]);
  });

  it('Finished files have checksums.', async () => {
    const { stdout } = await project.run('media', '--checksum', 'a, b.txt', 'manifest.xml');
    expect(stdout).toBe('982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1  a, b.txt\n');
    expect(await project.json('media', '--checksum', 'empty')).toEqual({
      name: 'empty',
      sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    });
  });

  it.each(['none', '../manifest.xml', '..', 'folder'])(
    'The name %s is refused, because it is not a finished file.',
    async (name) => {
      expect(await project.json('media', '--checksum', name)).toMatchObject({ error: { code: 'missing' } });
      expect(JSON.parse((await boot(name)).stdout)).toMatchObject({ error: { code: 'missing' } });
    },
  );

  it('The outputs contain the reason why there is no boot test, and what to install.', async () => {
    const onlyNode = join(project.folder, 'only-node');
    mkdirSync(onlyNode);
    symlinkSync(process.execPath, join(onlyNode, 'node'));
    const env = { PATH: onlyNode };
    const { stdout } = await finished(project.start('distro_const', ['media', '--json', 'manifest.xml'], env));
    const reason = `${QEMU} is not installed on the build host. Install it there: Debian package qemu-system-x86`;
    expect(JSON.parse(stdout)).toMatchObject({ noBootTest: reason });
    const argv = ['boot-test', 'manifest.xml', 'login.usb'];
    const refused = await finished(project.start('distro_const', argv, env));
    expect([refused.code, refused.stderr.split('\n')[0]]).toEqual([1, `${QEMU} is not installed on the build host.`]);
  });
});

it('The machine gets a path with commas as one option.', () => {
  const options = machineOptions({ image: '/a,readonly=off.iso', firmware: 'bios', medium: 'cdrom' });
  expect(options).toContain('if=none,id=medium,format=raw,snapshot=on,file=/a,,readonly=off.iso');
});

const whyNoDisk = lacking ?? lacksTool('qemu-img');

it.skipIf(whyNoDisk).each(['qcow2', 'vmdk'])(
  `A disk is booted in the format of its file: %s.${whyNoDisk ? ` (${whyNoDisk})` : ''}`,
  async (format) => {
    const media = join(project.area, 'media');
    const file = join(media, `converted.${format}`);
    const subformat = format === 'vmdk' ? ['-o', 'subformat=streamOptimized'] : [];
    runTool('qemu-img', 'convert', '-f', 'raw', '-O', format, ...subformat, join(media, 'login.usb'), file);
    const { code, stdout } = await boot(`converted.${format}`);
    rmSync(file);
    expect(events(stdout).at(-1)).toMatchObject({ verdict: 'booted' });
    expect(code).toBe(0);
  },
);

describe.skipIf(lacking)(`boot tests${lacking ? ` (${lacking})` : ''}`, () => {
  it('recognise a login prompt, take a picture of the screen, and write nothing', async () => {
    const image = join(project.area, 'media/login.usb');
    const before = readFileSync(image);
    const { code, stdout } = await boot('login.usb');
    const received = events(stdout);
    expect(code).toBe(0);
    expect(received[0]).toMatchObject({ kind: 'started', argv: expect.arrayContaining([QEMU]) });
    expect(received.at(-1)).toMatchObject({
      verdict: 'booted',
      reason: 'Login prompt on the serial console: x login:',
    });
    const console = received.map((event) => (event.kind === 'console' ? event.text : '')).join('');
    expect(console).toBe('\x1b[2Jhello\r\nx login: ');
    const picture = received.find((event) => event.kind === 'screenshot');
    if (picture) expect(Buffer.from(picture.data, 'base64').subarray(1, 4).toString()).toBe('PNG');
    expect(readFileSync(image).equals(before)).toBe(true);
  });

  it('print plain text for people, and write the picture as a file', async () => {
    const { code, stdout } = await project.run('boot-test', '--screenshot', 's.png', 'manifest.xml', 'login.usb');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^hello\nx login: \n==== Booted after [\d.]+ s\. Login prompt on the serial console: x login:\n$/,
      ),
    ]);
  });

  it('give up when the time is over', async () => {
    const { code, stdout } = await boot('silent.usb', '--timeout', '2');
    expect(code).toBe(1);
    expect(events(stdout).at(-1)).toMatchObject({ verdict: 'timeout' });
  });

  it('end when the machine does', async () => {
    const { code, stdout } = await boot('reset.usb');
    expect(code).toBe(1);
    expect(events(stdout).at(-1)).toMatchObject({ verdict: 'exited' });
  });

  it('end when QEMU does, with its message', async () => {
    const received: BootEvent[] = [];
    const image = join(project.area, 'media/none.usb');
    const { signal } = new AbortController();
    const request = { image, firmware: 'bios', medium: 'usb', timeoutSeconds: 20, signal } as const;
    const { verdict, reason } = await bootTest(request, (event) => received.push(event));
    expect([verdict, received.length]).toEqual(['exited', 2]);
    expect(reason).toMatch(/^The virtual machine has ended: .*none\.usb.*No such file/);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)('leave no machine and no file behind at %s', async (signal) => {
    const child = project.start('distro_const', ['boot-test', '--json', 'manifest.xml', 'silent.usb']);
    const end = finished(child);
    await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));
    child.kill(signal);
    const { code, stdout } = await end;
    if (signal !== 'SIGKILL') {
      expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(events(stdout).at(-1)).toMatchObject({ verdict: 'cancelled' });
      expect(readdirSync(project.env['TMPDIR'] ?? '')).toEqual([]);
    }
    await eventually(() => expect(machines()).toEqual([]));
  });

  it.skipIf(lacksTool('setpriv'))('do not start after their engine was killed (skipped without setpriv)', async () => {
    expect(await runsAfterKill(project, ['boot-test', 'manifest.xml', 'silent.usb'], QEMU)).toBe(false);
  });
});

/** Processes with an image of this project among their arguments. */
function machines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const cmdline = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return cmdline.includes(QEMU) && cmdline.includes(project.area) ? [cmdline] : [];
      } catch {
        return []; // it has ended meanwhile
      }
    });
}
