import type { PrivateApt } from './private-apt';

/** What `apt-get -s install` said it would do. */
export interface Simulated {
  /** Whether it would do it. */
  readonly ok: boolean;
  /** Name and version of each package that it would install or replace, in its order. */
  readonly installs: ReadonlyMap<string, string>;
  readonly removes: readonly string[];
  /** For a name that is none of a package: the packages that it stands for. */
  readonly selected: ReadonlyMap<string, readonly string[]>;
  /** Everything it said, for what went wrong. */
  readonly said: string;
}

/**
 * Asks APT what it would install, on top of what a status file says is there. Nothing is downloaded and nothing is changed.
 *
 * @param status of dpkg; without it an empty image
 */
export async function simulate(
  apt: PrivateApt,
  names: readonly string[],
  { recommends, status }: { readonly recommends: boolean; readonly status?: string | undefined },
): Promise<Simulated> {
  const options = ['-o', `APT::Install-Recommends=${recommends}`];
  // Parsed lists belong to a status: each has a cache of its own.
  if (status !== undefined) options.push('-o', `Dir::State::status=${status}`, '-o', 'Dir::Cache::pkgcache=base.bin');
  // Not quiet: it then says which package it takes for a name that is none.
  const argv = ['apt-get', '-o', 'quiet=0', '--simulate', ...options, 'install', '--', ...names] as const;
  const { code, stdout, stderr } = await apt.run([...argv], [0, 100]);
  const said = `${stdout}\n${stderr}`;
  return { ok: code === 0, ...readSimulation(said), said };
}

/** Reads `Inst NAME [OLD] (VERSION FROM)`, `Remv NAME` and the notes on names that stand for others. */
export function readSimulation(text: string): Omit<Simulated, 'ok' | 'said'> {
  const installs = new Map<string, string>();
  const selected = new Map<string, string[]>();
  for (const [, name = '', version = ''] of text.matchAll(/^Inst (\S+) (?:\[[^\]]*\] )?\((\S+)/gm))
    installs.set(bare(name), version);
  for (const [, real = '', , entry = ''] of text.matchAll(/^Note, selecting '([^']+)' (instead of|for \w+) '(.+)'$/gm))
    selected.set(entry, [...(selected.get(entry) ?? []), bare(real)]);
  const removes = [...text.matchAll(/^Remv (\S+)/gm)].map(([, name = '']) => bare(name));
  return { installs, removes, selected };
}

/** APT adds the architecture to a name where it is not its own. */
const bare = (name: string): string => name.replace(/:.*$/, '');
