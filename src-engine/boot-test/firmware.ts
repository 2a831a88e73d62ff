import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { isExecutable } from '../system/executables';

/** The firmware of a machine. `secure-boot` is UEFI that starts only what is signed for Microsoft's keys, as most PCs. */
export type Firmware = 'bios' | 'uefi' | 'secure-boot';

/** The emulator's name on `PATH`. */
export const QEMU = 'qemu-system-x86_64';

/** UEFI firmware: the program, and its variables, of which each machine gets a copy. */
export interface UefiFirmware {
  readonly code: string;
  readonly variables: string;
}

/** Known places of the firmware, newest format first: Debian and Ubuntu, Fedora, Arch. */
const UEFI: readonly UefiFirmware[] = [
  ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'],
  ['/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/OVMF/OVMF_VARS.fd'],
  ['/usr/share/edk2/ovmf/OVMF_CODE.fd', '/usr/share/edk2/ovmf/OVMF_VARS.fd'],
  ['/usr/share/edk2/x64/OVMF_CODE.4m.fd', '/usr/share/edk2/x64/OVMF_VARS.4m.fd'],
].map(([code = '', variables = '']) => ({ code, variables }));

/** The same with Secure Boot switched on, and with the keys of Microsoft. */
const SECURE_BOOT: readonly UefiFirmware[] = [
  ['/usr/share/OVMF/OVMF_CODE_4M.ms.fd', '/usr/share/OVMF/OVMF_VARS_4M.ms.fd'],
  ['/usr/share/OVMF/OVMF_CODE.ms.fd', '/usr/share/OVMF/OVMF_VARS.ms.fd'],
  ['/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd', '/usr/share/edk2/ovmf/OVMF_VARS.secboot.fd'],
].map(([code = '', variables = '']) => ({ code, variables }));

/** This host's UEFI firmware; `undefined` when it has none. */
export function uefiFirmware(kind: Exclude<Firmware, 'bios'> = 'uefi'): UefiFirmware | undefined {
  return (kind === 'uefi' ? UEFI : SECURE_BOOT).find(
    ({ code, variables }) => existsSync(code) && existsSync(variables),
  );
}

/** The reason why this host cannot boot an image with a firmware; `undefined` when it can. */
export function bootRefusal(firmware: Firmware): AppError | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  if (!folders.some((folder) => isExecutable(join(folder, QEMU))))
    return new AppError(
      'unsupported',
      `${QEMU} is not installed on the build host.`,
      'Install it there: Debian package qemu-system-x86',
    );
  if (firmware !== 'bios' && !uefiFirmware(firmware))
    return new AppError(
      'unsupported',
      'UEFI firmware for virtual machines is not installed on the build host.',
      'Install it there: Debian package ovmf',
    );
  return undefined;
}
