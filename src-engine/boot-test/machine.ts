import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { AppError } from '../../src-shared/errors';
import { tiedCommand } from '../system/tied-command';
import { QEMU, uefiFirmware, bootRefusal } from './firmware';
import { machineOptions, type MachineRequest } from './machine-options';
import { Qmp } from './qmp';

/** The timeout of a screenshot. A busy emulated machine answers late. */
const SCREENSHOT_TIMEOUT_MS = 5000;
const MAX_STDERR_LENGTH = 4096;

/** A running virtual machine. */
export interface Machine {
  /** QEMU's command line. */
  readonly argv: readonly string[];
  /**
   * Resolves when the machine has ended by itself or by `end`, and its temporary files are removed. `complaint` is
   * QEMU's own message.
   */
  readonly ended: Promise<{ readonly code: number | null; readonly stderrTail: string }>;
  /** Its screen as a PNG; `undefined` where QEMU cannot make one (before 7.1) or the machine has ended. */
  screenshot(): Promise<Buffer | undefined>;
  /** Switches the machine off. */
  end(): void;
}

/**
 * Starts a machine. Where the host has `setpriv` the machine ends with this process in every case; elsewhere with every
 * exit except SIGKILL.
 *
 * @param onConsole receives the text of the serial line, including terminal escape sequences
 * @throws AppError `unsupported` where the host lacks a tool or the firmware
 */
export function startMachine(request: MachineRequest, onConsole: (text: string) => void): Machine {
  const lacking = bootRefusal(request.firmware);
  if (lacking) throw lacking;
  const folder = mkdtempSync(join(tmpdir(), 'slipway-boot-'));
  const cleanUp = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const [command, ...args] = tiedCommand([QEMU, ...machineOptions(request, ownFirmware(request, folder))]);
    // QEMU gets a session of its own, so that Ctrl-C reaches only the engine, which then ends it and reports this.
    // Descriptor 3 is QEMU's protocol. Its temporary files are in our folder and are removed with it.
    const env = { ...process.env, TMPDIR: folder };
    const qemu = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'], detached: true });
    qemu.stdout?.setEncoding('utf8').on('data', onConsole);
    const end = (): void => void qemu.kill('SIGKILL');
    const onExit = (): void => {
      end();
      cleanUp();
    };
    process.once('exit', onExit);
    const ended = endOf(qemu).finally(() => {
      process.off('exit', onExit);
      cleanUp();
    });
    const qmp = new Qmp(qemu.stdio[3] as Duplex);
    return { argv: [command, ...args], ended, end, screenshot: () => screenshot(qmp, join(folder, 'screen.png')) };
  } catch (error) {
    cleanUp();
    throw error;
  }
}

function ownFirmware({ firmware }: MachineRequest, folder: string) {
  const found = firmware === 'bios' ? undefined : uefiFirmware(firmware);
  if (!found) return undefined;
  const variables = join(folder, 'variables.fd');
  copyFileSync(found.variables, variables);
  return { code: found.code, variables };
}

function endOf(qemu: ChildProcess): Machine['ended'] {
  return new Promise((resolve, reject) => {
    let stderrTail = '';
    qemu.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderrTail = (stderrTail + text).slice(-MAX_STDERR_LENGTH);
    });
    qemu.on('error', (error) => reject(new AppError('unsupported', `QEMU cannot be started: ${error.message}.`)));
    qemu.on('close', (code) => resolve({ code, stderrTail: stderrTail.trim() }));
  });
}

async function screenshot(qmp: Qmp, filename: string): Promise<Buffer | undefined> {
  try {
    await qmp.command('screendump', { filename, format: 'png' }, SCREENSHOT_TIMEOUT_MS);
    return readFileSync(filename);
  } catch {
    return undefined; // The verdict does not depend on the screenshot.
  }
}
