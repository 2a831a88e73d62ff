import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { AppError } from '../../src-shared/errors';
import { isExecutable } from '../system/executables';
import { QEMU, uefiFirmware, whyNoBoot } from './firmware';
import { machineOptions, type MachineRequest } from './machine-options';
import { Qmp } from './qmp';

const SETPRIV = '/usr/bin/setpriv';
/** How long a screenshot may take, in milliseconds. An emulated machine that does much answers late. */
const PATIENCE = 5000;
const MOST_COMPLAINT = 4096;

/** A virtual machine that runs. */
export interface Machine {
  /** The command that it is. */
  readonly argv: readonly string[];
  /** Resolves when it has ended, by itself or by `end`; its files are gone then. `complaint` is what QEMU itself said. */
  readonly ended: Promise<{ readonly code: number | null; readonly complaint: string }>;
  /** Its screen as a PNG; `undefined` where QEMU cannot make one (before 7.1) or the machine has gone. */
  screenshot(): Promise<Buffer | undefined>;
  /** Switches it off. */
  end(): void;
}

/**
 * Starts a machine. It ends with this process, however that ends, where the host has `setpriv`; and with every exit but SIGKILL
 * where it has not.
 *
 * @param onConsole is told what comes over the serial line, sequences for terminals included
 * @throws AppError `unsupported` where the host lacks something
 */
export function startMachine(request: MachineRequest, onConsole: (text: string) => void): Machine {
  const lacking = whyNoBoot(request.firmware);
  if (lacking) throw lacking;
  const folder = mkdtempSync(join(tmpdir(), 'slipway-boot-'));
  const cleanUp = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const guard = isExecutable(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL'] : [];
    const [command = QEMU, ...args] = [...guard, QEMU, ...machineOptions(request, ownFirmware(request, folder))];
    // A session of its own: Ctrl-C is for us, who then end it and say so. Its third descriptor is QEMU's protocol.
    // What it writes instead of into the image goes with our folder, however early it is ended.
    const env = { ...process.env, TMPDIR: folder };
    const qemu = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'], detached: true });
    qemu.stdout?.setEncoding('utf8').on('data', onConsole);
    const end = (): void => void qemu.kill('SIGKILL');
    const last = (): void => {
      end();
      cleanUp();
    };
    process.once('exit', last);
    const ended = endOf(qemu).finally(() => {
      process.off('exit', last);
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
  const found = firmware === 'uefi' ? uefiFirmware() : undefined;
  if (!found) return undefined;
  const variables = join(folder, 'variables.fd');
  copyFileSync(found.variables, variables);
  return { code: found.code, variables };
}

function endOf(qemu: ChildProcess): Machine['ended'] {
  return new Promise((resolve, reject) => {
    let complaint = '';
    qemu.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-MOST_COMPLAINT);
    });
    qemu.on('error', (error) => reject(new AppError('unsupported', `QEMU cannot be started: ${error.message}.`)));
    qemu.on('close', (code) => resolve({ code, complaint: complaint.trim() }));
  });
}

async function screenshot(qmp: Qmp, filename: string): Promise<Buffer | undefined> {
  try {
    await qmp.command('screendump', { filename, format: 'png' }, PATIENCE);
    return readFileSync(filename);
  } catch {
    return undefined; // it is an extra: the verdict does not depend on it
  }
}
