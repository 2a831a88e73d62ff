import { manifestReadCommand } from './client';

void manifestReadCommand(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
