import type { PrivateApt } from './private-apt';

/** The result of `apt-get --simulate install`. */
export interface Simulated {
  /** Whether APT would install the packages. */
  readonly ok: boolean;
  /** Name and version of each package that it would install or replace, in its order. */
  readonly installs: ReadonlyMap<string, string>;
  readonly removes: readonly string[];
  /** Virtual packages, each with the packages that APT selects for it. */
  readonly selected: ReadonlyMap<string, readonly string[]>;
  /** All output of APT, to explain a failure. */
  readonly output: string;
}

/**
 * Simulates an installation on top of the packages of a status file. Downloads and changes nothing.
 *
 * @param status dpkg's status file; default: an empty image
 */
export async function simulate(
  apt: PrivateApt,
  names: readonly string[],
  { recommends, status }: { readonly recommends: boolean; readonly status?: string | undefined },
): Promise<Simulated> {
  const options = ['-o', `APT::Install-Recommends=${recommends}`];
  // The cache of parsed lists belongs to one status file.
  if (status !== undefined) options.push('-o', `Dir::State::status=${status}`, '-o', 'Dir::Cache::pkgcache=base.bin');
  // Not quiet: only then APT reports which package it selects for a virtual one.
  const argv = ['apt-get', '-o', 'quiet=0', '--simulate', ...options, 'install', '--', ...names] as const;
  const { code, stdout, stderr } = await apt.run([...argv], [0, 100]);
  const output = `${stdout}\n${stderr}`;
  return { ok: code === 0, ...readSimulation(output), output };
}

/** Parses `Inst NAME [OLD] (VERSION FROM)`, `Remv NAME` and the notes on virtual packages. */
function readSimulation(text: string): Omit<Simulated, 'ok' | 'output'> {
  const installs = new Map<string, string>();
  const selected = new Map<string, string[]>();
  for (const [, name = '', version = ''] of text.matchAll(/^Inst (\S+) (?:\[[^\]]*\] )?\((\S+)/gm))
    installs.set(bare(name), version);
  for (const [, real = '', , entry = ''] of text.matchAll(/^Note, selecting '([^']+)' (instead of|for \w+) '(.+)'$/gm))
    selected.set(entry, [...(selected.get(entry) ?? []), bare(real)]);
  const removes = [...text.matchAll(/^Remv (\S+)/gm)].map(([, name = '']) => bare(name));
  return { installs, removes, selected };
}

/** APT appends a foreign architecture to a package's name. */
const bare = (name: string): string => name.replace(/:.*$/, '');

/** APT's first error line, or a clause for a refusal without one. */
export const firstError = ({ output }: Simulated): string => /^E: (.*)$/m.exec(output)?.[1] ?? 'it gives no reason';

/** Names with their versions, as APT's tools accept them. */
export const exact = (versions: ReadonlyMap<string, string>): string[] =>
  [...versions].map(([name, version]) => `${name}=${version}`);
