// Boots an image in a real virtual machine and reads its serial console until it says what the test waits for.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface BootRequest {
  readonly image: string;
  readonly firmware: 'bios' | 'uefi';
  readonly medium: 'cdrom' | 'usb';
  /** The machine is switched off as soon as the serial console has this. */
  readonly until: RegExp;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes?: number;
}

export interface BootResult {
  readonly verdict: 'booted' | 'panic' | 'timeout' | 'exited';
  readonly seconds: number;
  /** All that came over the serial line, terminal sequences included. */
  readonly serial: string;
}

const QEMU = 'qemu-system-x86_64';
const PANIC = /Kernel panic - not syncing/;

/** UEFI firmware: the program, and the variables it writes to, of which each machine gets a copy. Debian and Ubuntu, newest first. */
const OVMF = ['_4M', ''].map((size) => ({
  code: `/usr/share/OVMF/OVMF_CODE${size}.fd`,
  variables: `/usr/share/OVMF/OVMF_VARS${size}.fd`,
}));

/** Why this machine cannot boot images; `undefined` when it can. */
export function whyNoBoot(): string | undefined {
  if (spawnSync(QEMU, ['--version']).status !== 0) return `${QEMU} is not installed (Debian package qemu-system-x86)`;
  if (!OVMF.some(({ code }) => existsSync(code))) return 'UEFI firmware is not installed (Debian package ovmf)';
  return undefined;
}

/**
 * Boots `image`. The processor is emulated (TCG): the same on every machine, and hosts that are virtual machines themselves
 * often offer a /dev/kvm that opens but hangs. No network, nothing is written to the image.
 */
export async function bootImage(request: BootRequest): Promise<BootResult> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-boot-'));
  try {
    return await run(request, [
      ...['-accel', 'tcg,thread=multi', '-smp', '2', '-m', String(request.memoryMegabytes ?? 1024)],
      ...['-nodefaults', '-no-user-config', '-no-reboot', '-nic', 'none', '-vga', 'std'],
      ...['-nographic', '-display', 'none', '-monitor', 'none', '-serial', 'stdio'],
      ...firmwareOptions(request.firmware, folder),
      ...mediumOptions(request),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function firmwareOptions(firmware: BootRequest['firmware'], folder: string): string[] {
  if (firmware === 'bios') return [];
  const ovmf = OVMF.find(({ code }) => existsSync(code));
  if (!ovmf) throw new Error('UEFI firmware is not installed (Debian package ovmf)');
  const variables = join(folder, 'variables.fd');
  copyFileSync(ovmf.variables, variables);
  return [
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${quoted(ovmf.code)}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${quoted(variables)}`],
  ];
}

function mediumOptions({ image, medium }: BootRequest): string[] {
  const drive = `if=none,id=medium,format=raw,snapshot=on,file=${quoted(image)}`;
  const devices = {
    cdrom: ['-device', 'ide-cd,drive=medium,bootindex=0'],
    usb: ['-device', 'qemu-xhci', '-device', 'usb-storage,drive=medium,bootindex=0'],
  };
  return ['-drive', drive, ...devices[medium]];
}

/** QEMU splits options at commas; a doubled one is a comma. */
const quoted = (path: string) => path.replaceAll(',', ',,');

function run(request: BootRequest, args: readonly string[]): Promise<BootResult> {
  return new Promise((resolve, reject) => {
    const started = Date.now();
    const machine = spawn(QEMU, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const end = () => machine.kill('SIGKILL');
    const timer = setTimeout(() => finish('timeout'), request.timeoutSeconds * 1000);
    process.once('exit', end);
    let serial = '';
    let verdict: BootResult['verdict'] | undefined;
    let complaint = '';
    const finish = (result: BootResult['verdict']) => {
      verdict ??= result;
      end();
    };
    machine.stdout.setEncoding('utf8').on('data', (text: string) => {
      serial += text;
      if (request.until.test(serial)) finish('booted');
      else if (PANIC.test(serial)) finish('panic');
    });
    machine.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    machine.on('error', reject);
    machine.on('close', () => {
      clearTimeout(timer);
      process.off('exit', end);
      const seconds = (Date.now() - started) / 1000;
      resolve({ verdict: verdict ?? 'exited', seconds, serial: verdict ? serial : `${serial}\n${complaint}` });
    });
  });
}
