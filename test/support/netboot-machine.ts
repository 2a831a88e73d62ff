// A machine without a drive that starts from QEMU's own DHCP and TFTP server.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QEMU, uefiFirmware, type Firmware } from '../../src-engine/boot-test/firmware';

interface NetbootRequest {
  /** The folder that the server has. */
  readonly served: string;
  /** The start file that DHCP names, relative to the folder. */
  readonly startFile: string;
  readonly firmware: Firmware;
  /** The machine is switched off as soon as its console prints this. */
  readonly until: RegExp;
  readonly timeoutSeconds: number;
}

/** Starts the machine, and returns what its serial console printed until the pattern was found or the time was over. */
export async function netboot(request: NetbootRequest): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-netboot-'));
  const uefi = request.firmware === 'uefi' ? uefiFirmware() : undefined;
  const variables = join(folder, 'variables.fd');
  if (uefi) copyFileSync(uefi.variables, variables);
  const firmware = uefi
    ? [
        ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${uefi.code}`],
        ...['-drive', `if=pflash,unit=1,format=raw,file=${variables}`],
      ]
    : [];
  const qemu = spawn(
    QEMU,
    [
      ...['-accel', 'tcg,thread=multi', '-smp', '2', '-m', '1024'],
      ...['-nodefaults', '-no-user-config', '-no-reboot', '-vga', 'std', '-display', 'none', '-serial', 'stdio'],
      ...['-netdev', `user,id=net,tftp=${request.served},bootfile=${request.startFile}`],
      ...['-device', 'virtio-net-pci,netdev=net,bootindex=0'],
      ...firmware,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let console = '';
  qemu.stdout.setEncoding('utf8').on('data', (text: string) => {
    console += text;
    if (request.until.test(console)) qemu.kill('SIGKILL');
  });
  const timer = setTimeout(() => qemu.kill('SIGKILL'), request.timeoutSeconds * 1000);
  await new Promise((resolve) => qemu.on('close', resolve));
  clearTimeout(timer);
  rmSync(folder, { recursive: true, force: true });
  return console;
}
