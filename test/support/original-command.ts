import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAND_IN = join(import.meta.dirname, 'original-stand-in.mjs');

/**
 * Makes the command `distro_const` in a folder: the stand-in for the original. It adds its arguments to the file `calls` beside it.
 * Returns its path.
 */
export function originalCommand(folder: string): string {
  const command = join(folder, 'distro_const');
  const script = `#!/bin/sh\necho "$*" >>'${folder}/calls'\nexec '${process.execPath}' '${STAND_IN}' "$@"\n`;
  writeFileSync(command, script, { mode: 0o755 });
  return command;
}
