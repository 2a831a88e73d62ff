import { manifestReadCommand } from './manifest-read';

void manifestReadCommand(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
