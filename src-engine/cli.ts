import './system/default-path'; // before the imports that read PATH
import { basename } from 'node:path';
import { findCommand } from './commands';
import { reportError } from './commands/failure';
import { usageError } from './commands/usage';
import { endProcess } from './system/end-process';
import { restoreExtraCertificates } from './system/extra-certificates';
import { guardStandardStreams } from './system/standard-streams';
import { ENGINE_VERSION } from './version';
import { setStepUmask } from './system/modes';

/** `distro_const`: finds the command, runs it and returns the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  const [name = '', ...rest] = argv;
  if (name !== 'build') guardStandardStreams(true); // a build guards them when it starts
  // Steps also find a copy of the engine under this name.
  if (basename(process.argv[1] ?? '') === 'ManifestRead')
    return (await import('./manifest-read/client')).manifestReadCommand(argv);
  if (name === '--version') {
    process.stdout.write(`${ENGINE_VERSION}\n`);
    return 0;
  }
  const command = await findCommand(name);
  // Fewer than two arguments print only the usage; an unknown subcommand is named first (contract 1.2: 2, 3).
  if (!command) return argv.length < 2 ? usageError() : usageError('Invalid or missing subcommand');
  try {
    return await command.run(rest);
  } catch (error) {
    return reportError(error, 'json' in command.options && rest.includes('--json'), command.failureStatus);
  }
}

restoreExtraCertificates();
setStepUmask();
void main(process.argv.slice(2)).then(endProcess);
