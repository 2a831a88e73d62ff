import { readdirSync, readFileSync } from 'node:fs';

/** Processes of shells in checkpoints below a folder, as `1234 sleep 5 `. */
export function shellProcesses(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environ = readFileSync(`/proc/${pid}/environ`, 'utf8');
        if (!environ.includes('SLIPWAY_SHELL=') || !environ.includes(`PWD=${folder}`)) return [];
        return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`];
      } catch {
        return []; // it has ended
      }
    });
}
