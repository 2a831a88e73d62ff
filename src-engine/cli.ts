import { basename } from 'node:path';
import { AppError } from '../src-shared/errors';
import { bootTestCommand } from './commands/boot-test';
import { buildCommand } from './commands/build';
import { catalogueCommand } from './commands/catalogue';
import { checkpointsCommand } from './commands/checkpoints';
import { doctorCommand } from './commands/doctor';
import { followCommand } from './commands/follow';
import { installedCommand } from './commands/installed';
import { catCommand, diffCommand, lsCommand } from './commands/look-inside';
import { mediaCommand } from './commands/media';
import { planCommand } from './commands/plan';
import { pruneCommand } from './commands/prune';
import { queryCommand } from './commands/query';
import { resolveCommand } from './commands/resolve';
import { cancelCommand, pauseCommand } from './commands/running';
import { searchCommand } from './commands/search';
import { shellCommand } from './commands/shell';
import { showCommand } from './commands/show';
import { statusCommand } from './commands/status';
import { supportCommand } from './commands/support';
import { HELP, usageError } from './commands/usage';
import { validateCommand } from './commands/validate';
import { printFailure, reportFailure } from './commands/failure';
import { manifestReadCommand } from './manifest-read';
import { ENGINE_VERSION } from './version';

/** `distro_const`: a subcommand and its words. The only place that turns a failure into an exit status. */
async function main(words: readonly string[]): Promise<number> {
  const [subcommand, ...rest] = words;
  if (basename(process.argv[1] ?? '') === 'ManifestRead') return manifestReadCommand(words);
  switch (subcommand) {
    case 'help':
      process.stdout.write(`${HELP.join('\n')}\n`);
      return 0;
    case '--version':
      process.stdout.write(`${ENGINE_VERSION}\n`);
      return 0;
    case 'build':
      return buildCommand(rest);
    case 'status':
      return statusCommand(rest);
    case 'checkpoints':
      return checkpointsCommand(rest);
    case 'plan':
      return planCommand(rest);
    case 'follow':
      return followCommand(rest);
    case 'diff':
      return diffCommand(rest);
    case 'ls':
      return lsCommand(rest);
    case 'cat':
      return catCommand(rest);
    case 'shell':
      return shellCommand(rest);
    case 'prune':
      return pruneCommand(rest);
    case 'cancel':
      return cancelCommand(rest);
    case 'pause':
      return pauseCommand(rest);
    case 'media':
      return mediaCommand(rest);
    case 'boot-test':
      return bootTestCommand(rest);
    case 'catalogue':
      return catalogueCommand(rest);
    case 'search':
      return searchCommand(rest);
    case 'show':
      return showCommand(rest);
    case 'resolve':
      return resolveCommand(rest);
    case 'installed':
      return installedCommand(rest);
    case 'query':
      return queryCommand(rest);
    case 'validate':
      return validateCommand(rest);
    case 'support':
      return supportCommand(rest);
    case 'doctor':
      return doctorCommand(rest);
    default:
      // Fewer than two words print the usage alone; a wrong subcommand is named first (contract 1.2: 2, 3).
      return words.length < 2 ? usageError() : usageError('Invalid or missing subcommand');
  }
}

process.umask(0o022); // whatever the caller's was (contract 3.2)
main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    if (error instanceof AppError) {
      const words = process.argv.slice(2);
      process.exitCode = words[0] !== 'build' && words.includes('--json') ? printFailure(error) : reportFailure(error);
    } else {
      process.stderr.write(`distro_const: defect: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exitCode = 1;
    }
  },
);
