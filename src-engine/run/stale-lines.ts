import type { EngineRecordBody } from '../../src-shared/journal/records';

/** The lines on the console before a build resumes from a checkpoint that is stale or of unknown freshness. */
export function staleLines({ step, freshness, reasons, resumeFrom }: EngineRecordBody<'stale-checkpoint'>): string[] {
  if (freshness === 'unknown') return [`Freshness of the checkpoint before ${step} is unknown: ${reasons.join('; ')}.`];
  return [
    `WARNING: The checkpoint before ${step} is stale. The result differs from a build from the beginning:`,
    ...reasons.map((reason) => `  ${reason}`),
    resumeFrom === null
      ? 'No checkpoint is current: build from the beginning.'
      : `The right point to resume from is ${resumeFrom}.`,
  ];
}
