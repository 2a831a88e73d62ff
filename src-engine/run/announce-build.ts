import { hostname, release } from 'node:os';
import { PROTOCOL_VERSION } from '../../src-shared/journal/records';
import { ENGINE_VERSION } from '../version';
import type { BuildInput } from './build-input';
import type { Journal } from './journal';
import { asctime } from './logs';
import { staleLines } from './stale-lines';

/** Writes the first records of a run, and the first lines of its logs. */
export function announceBuild(
  input: BuildInput,
  journal: Journal,
  report: (line: string) => void,
  started: number,
): void {
  const { area, file, choice, plan, backend, checkpointing, containment, stale, line } = input;
  const steps = file.manifest.steps;
  const name = (index: number | undefined): string | null =>
    index === undefined ? null : (steps[index]?.name ?? null);
  journal.write('hello', {
    protocol: PROTOCOL_VERSION,
    engine: ENGINE_VERSION,
    run: journal.run,
    pid: process.pid,
    host: hostname(),
    client: process.env.SLIPWAY_CLIENT ?? 'terminal',
    lock: input.lockId,
    ssh: isThroughSsh(process.env),
    node: process.versions.node,
    kernel: release(),
  });
  journal.write('plan', {
    manifest: file.path,
    distribution: file.manifest.distributionName,
    area: area.mountpoint,
    backend: checkpointing ? backend.kind : null,
    containment,
    steps: steps.map(({ index, name: step, message }) => ({
      index,
      name: step,
      message,
      kept: plan.kept.includes(index),
    })),
    resume: name(choice.resume),
    pause: name(choice.pause),
    line: line.id,
    parent: line.parent,
    ...(line.variant !== undefined && { variant: line.variant }),
  });
  if (stale) {
    journal.write('stale-checkpoint', stale);
    for (const line of staleLines(stale)) report(line);
  }
  report(`Build started ${asctime(new Date(started))}`);
  report(`Distribution name: ${file.manifest.distributionName}`);
  if (area.dataset) report(`Build Area dataset: ${area.dataset}`);
  report(`Build Area mount point: ${area.mountpoint}`);
}

/** By the mark of the app, which it also gives through sudo, or by that of the SSH server. */
function isThroughSsh({ SLIPWAY_SSH, SSH_CONNECTION }: NodeJS.ProcessEnv): boolean {
  return SLIPWAY_SSH !== undefined || SSH_CONNECTION !== undefined;
}
