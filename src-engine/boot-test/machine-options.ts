import type { Firmware, UefiFirmware } from './firmware';
import type { ImageFormat } from './image-format';

/** The parts of a machine. */
export interface MachineRequest {
  /** A disk or CD image. It is not written to unless the machine keeps its writes. */
  readonly image: string;
  /** Default: `raw`. */
  readonly format?: ImageFormat;
  readonly firmware: Firmware;
  /** Whether the machine writes to the image itself. Default: no. */
  readonly keepsWrites?: boolean;
  /** A CD image with data for the system, such as the user data of cloud-init. */
  readonly seed?: string;
  /** How the image is attached. */
  readonly medium: 'cdrom' | 'usb' | 'disk';
  /** Default: 1024. */
  readonly memoryMegabytes?: number;
}

/**
 * QEMU's options for a machine without a window and without a network. Its first serial line is QEMU's standard output,
 * its screen is used only for screenshots, and QEMU's monitor protocol is on file descriptor 3.
 *
 * The processor is emulated (TCG). It is the same on every host, and virtual hosts often offer a /dev/kvm that opens
 * but hangs.
 *
 * @param uefi for UEFI: the firmware, with this machine's own copy of the variables
 */
export function machineOptions(request: MachineRequest, uefi?: UefiFirmware): string[] {
  return [
    ...['-accel', 'tcg,thread=multi', '-smp', '2', '-m', String(request.memoryMegabytes ?? 1024)],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-nic', 'none', '-vga', 'std', '-display', 'none'],
    ...['-serial', 'stdio', '-chardev', 'socket,id=qmp,fd=3', '-mon', 'chardev=qmp,mode=control'],
    ...(request.firmware === 'secure-boot' ? SECURE_BOOT : []),
    ...(uefi ? firmwareOptions(uefi) : []),
    ...mediumOptions(request),
  ];
}

/** The firmware's variables are writable only in system management mode, which this machine has. */
const SECURE_BOOT = [
  ...['-machine', 'q35,smm=on', '-global', 'driver=cfi.pflash01,property=secure,value=on'],
  ...['-global', 'ICH9-LPC.disable_s3=1'],
];

function firmwareOptions({ code, variables }: UefiFirmware): string[] {
  return [
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${quoted(code)}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${quoted(variables)}`],
  ];
}

function mediumOptions({ image, medium, format = 'raw', keepsWrites = false, seed }: MachineRequest): string[] {
  // Writes of a test's machine go to a temporary file of QEMU.
  const drive = `if=none,id=medium,format=${format},snapshot=${keepsWrites ? 'off' : 'on'},file=${quoted(image)}`;
  const devices = {
    cdrom: ['-device', 'ide-cd,drive=medium,bootindex=0'],
    usb: ['-device', 'qemu-xhci', '-device', 'usb-storage,drive=medium,bootindex=0'],
    disk: ['-device', 'virtio-blk-pci,drive=medium,bootindex=0'],
  };
  const second = seed === undefined ? [] : ['-drive', `if=ide,media=cdrom,format=raw,readonly=on,file=${quoted(seed)}`];
  return ['-drive', drive, ...devices[medium], ...second];
}

/** QEMU splits options at commas; a doubled one is a comma. */
const quoted = (path: string): string => path.replaceAll(',', ',,');
