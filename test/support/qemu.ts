// Boots an image in a real virtual machine and reads its serial console until it prints what the test waits for.
import { bootRefusal as lackingFor } from '../../src-engine/boot-test/firmware';
import { startMachine } from '../../src-engine/boot-test/machine';
import type { MachineRequest } from '../../src-engine/boot-test/machine-options';

export interface BootRequest extends MachineRequest {
  /** The machine is switched off as soon as its console prints this. */
  readonly until: RegExp;
  readonly timeoutSeconds: number;
}

export interface BootResult {
  readonly verdict: 'booted' | 'panic' | 'timeout' | 'exited';
  readonly seconds: number;
  /** All output of the serial line, including terminal sequences. */
  readonly serial: string;
}

const PANIC = /Kernel panic - not syncing/;

/** Why this machine cannot boot images; `undefined` when it can. */
export function whyNoBoot(): string | undefined {
  return lackingFor('uefi')?.message;
}

/** Boots `image` in the machine of the engine's boot tests. */
export async function bootImage({ until, timeoutSeconds, ...request }: BootRequest): Promise<BootResult> {
  const started = Date.now();
  let serial = '';
  let verdict: BootResult['verdict'] | undefined;
  const machine = startMachine(request, (text) => {
    serial += text;
    if (until.test(serial)) finish('booted');
    else if (PANIC.test(serial)) finish('panic');
  });
  const finish = (result: BootResult['verdict']): void => {
    verdict ??= result;
    machine.end();
  };
  const timer = setTimeout(() => finish('timeout'), timeoutSeconds * 1000);
  const { stderrTail: complaint } = await machine.ended.finally(() => clearTimeout(timer));
  const seconds = (Date.now() - started) / 1000;
  return { verdict: verdict ?? 'exited', seconds, serial: verdict ? serial : `${serial}\n${complaint}` };
}
