import type { Command } from './command';

/** The subcommands in the order of `help`. A command's code is evaluated only when its loader is called. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  build: () => import('./build').then(({ buildCommand }) => buildCommand),
  status: () => import('./status').then(({ statusCommand }) => statusCommand),
  checkpoints: () => import('./checkpoints').then(({ checkpointsCommand }) => checkpointsCommand),
  plan: () => import('./plan').then(({ planCommand }) => planCommand),
  follow: () => import('./follow').then(({ followCommand }) => followCommand),
  pause: () => import('./running').then(({ pauseCommand }) => pauseCommand),
  cancel: () => import('./running').then(({ cancelCommand }) => cancelCommand),
  diff: () => import('./diff').then(({ diffCommand }) => diffCommand),
  ls: () => import('./ls').then(({ lsCommand }) => lsCommand),
  cat: () => import('./cat').then(({ catCommand }) => catCommand),
  extract: () => import('./extract').then(({ extractCommand }) => extractCommand),
  shell: () => import('./shell').then(({ shellCommand }) => shellCommand),
  lines: () => import('./lines').then(({ linesCommand }) => linesCommand),
  variants: () => import('./variants').then(({ variantsCommand }) => variantsCommand),
  export: () => import('./export').then(({ exportCommand }) => exportCommand),
  switch: () => import('./switch').then(({ switchCommand }) => switchCommand),
  line: () => import('./line').then(({ lineCommand }) => lineCommand),
  prune: () => import('./prune').then(({ pruneCommand }) => pruneCommand),
  media: () => import('./media').then(({ mediaCommand }) => mediaCommand),
  'boot-test': () => import('./boot-test').then(({ bootTestCommand }) => bootTestCommand),
  hygiene: () => import('./hygiene').then(({ hygieneCommand }) => hygieneCommand),
  release: () => import('./release').then(({ releaseCommand }) => releaseCommand),
  prove: () => import('./prove').then(({ proveCommand }) => proveCommand),
  sbom: () => import('./sbom').then(({ sbomCommand }) => sbomCommand),
  disks: () => import('./disks').then(({ disksCommand }) => disksCommand),
  write: () => import('./write').then(({ writeCommand }) => writeCommand),
  statement: () => import('./statement').then(({ statementCommand }) => statementCommand),
  keygen: () => import('./keygen').then(({ keygenCommand }) => keygenCommand),
  sign: () => import('./sign').then(({ signCommand }) => signCommand),
  verify: () => import('./verify').then(({ verifyCommand }) => verifyCommand),
  catalogue: () => import('./catalogue').then(({ catalogueCommand }) => catalogueCommand),
  search: () => import('./search').then(({ searchCommand }) => searchCommand),
  show: () => import('./show').then(({ showCommand }) => showCommand),
  resolve: () => import('./resolve').then(({ resolveCommand }) => resolveCommand),
  lock: () => import('./lock').then(({ lockCommand }) => lockCommand),
  installed: () => import('./installed').then(({ installedCommand }) => installedCommand),
  query: () => import('./query').then(({ queryCommand }) => queryCommand),
  'apt-config': () => import('./apt-config').then(({ aptConfigCommand }) => aptConfigCommand),
  validate: () => import('./validate').then(({ validateCommand }) => validateCommand),
  doctor: () => import('./doctor').then(({ doctorCommand }) => doctorCommand),
  support: () => import('./support').then(({ supportCommand }) => supportCommand),
  help: () => import('./help').then(({ helpCommandFor }) => helpCommandFor({ all: allCommands, find: findCommand })),
};

/** The subcommand of that name, or `undefined`. */
export async function findCommand(name: string): Promise<Command | undefined> {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name]?.() : undefined;
}

/** All subcommands, for the texts that are made from them. */
export function allCommands(): Promise<Command[]> {
  return Promise.all(Object.values(COMMANDS).map((load) => load()));
}
