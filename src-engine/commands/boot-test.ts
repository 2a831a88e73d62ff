import { writeFileSync } from 'node:fs';
import { ConsoleText } from '../../src-shared/boot-test/console-text';
import { AppError, reasonOf } from '../../src-shared/errors';
import type { BootEvent } from '../../src-shared/engine-answers/media';
import { imageFormat, isBuiltIn } from '../boot-test/image-format';
import { bootTest, type BootVerdict } from '../boot-test/boot-test';
import { mediumNamed } from '../boot-test/media';
import { onStopSignal } from '../system/stop-signal';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { LINE_OPTION, readMedia } from './media';

/** An emulated machine reaches the login prompt of a Debian in about 40 seconds, and later on a busy host. */
const DEFAULT_TIMEOUT_SECONDS = '300';

const OPTIONS = {
  json: JSON_OPTION,
  line: LINE_OPTION,
  firmware: {
    type: 'string',
    default: 'bios',
    value: 'bios|uefi|secure-boot',
    description: 'firmware of the machine; default: bios',
  },
  timeout: {
    type: 'string',
    default: DEFAULT_TIMEOUT_SECONDS,
    value: 'SECONDS',
    description: 'how long to wait for the login; default: 300',
  },
  screenshot: { type: 'string', value: 'FILE', description: 'write the screen at the verdict to FILE, as PNG' },
} as const satisfies OptionTable;

export const bootTestCommand = defineCommand({
  name: 'boot-test',
  summary: 'boots a finished image in a virtual machine',
  usage: [
    '[--line LINE] [--firmware bios|uefi|secure-boot] [--timeout SECONDS] [--screenshot FILE] [--json] MANIFEST NAME',
  ],
  description: [
    'Boots a finished image in a virtual machine until its serial console asks for a login. The image is not written to.',
    'Prints the console as plain text and the verdict last; with `--json` each `BootEvent`, one JSON object per line. The exit status is 0 when the image has booted, 128 + n after signal n, otherwise 1. The machine ends with the command.',
  ],
  options: OPTIONS,
  operands: { min: 2, max: 2 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const { firmware, timeout, screenshot, line } = values;
  if (firmware !== 'bios' && firmware !== 'uefi' && firmware !== 'secure-boot')
    throw new AppError('usage', `--firmware must be bios, uefi or secure-boot, not ${firmware}.`);
  if (!/^[1-9]\d{0,4}$/.test(timeout))
    throw new AppError('usage', `--timeout must be a number of seconds from 1 to 99999, not ${timeout}.`);
  const [operand = '', name = ''] = positionals;
  const { path, bootable } = await readMedia(operand, line, (folder) => mediumNamed(folder, name));
  if (bootable === null)
    throw new AppError('refused', `${name} is not a bootable image: it has neither ISO 9660 nor a boot sector.`);

  const stopping = new AbortController();
  const stop = onStopSignal(() => stopping.abort());
  // The reader of standard output has gone: the window was closed, or a pager has ended.
  process.stdout.on('error', () => stopping.abort());
  const show = values.json ? showJson : showText();
  try {
    const medium = bootable === 'cdrom' ? 'cdrom' : isBuiltIn(path) ? 'disk' : 'usb';
    const request = {
      image: path,
      format: imageFormat(path),
      firmware,
      medium,
      timeoutSeconds: Number(timeout),
      signal: stopping.signal,
    } as const;
    const { verdict } = await bootTest(request, (event) => {
      if (event.kind === 'screenshot' && screenshot !== undefined) writeScreenshot(screenshot, event.data);
      show(event);
    });
    return stop.signal === undefined ? Number(verdict !== 'booted') : 128 + stop.number;
  } finally {
    stop.dispose();
  }
}

const showJson = (event: BootEvent): void => void process.stdout.write(`${JSON.stringify(event)}\n`);

function showText(): (event: BootEvent) => void {
  const plain = new ConsoleText();
  return (event) => {
    if (event.kind === 'console') process.stdout.write(plain.push(event.text));
    else if (event.kind === 'verdict') process.stdout.write(`\n${verdictLine(event)}\n`);
  };
}

function verdictLine({ verdict, reason, seconds }: BootVerdict): string {
  const outcome = {
    booted: 'Booted',
    panic: 'Not booted (panic)',
    timeout: 'Not booted (timeout)',
    exited: 'Not booted (machine ended)',
    cancelled: 'Stopped',
  }[verdict];
  return `==== ${outcome} after ${seconds.toFixed(1)} s. ${reason}`;
}

function writeScreenshot(path: string, data: string): void {
  try {
    writeFileSync(path, Buffer.from(data, 'base64'));
  } catch (error) {
    throw new AppError('refused', `The screenshot cannot be written: ${reasonOf(error)}`);
  }
}
