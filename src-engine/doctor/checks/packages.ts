import { reasonOf } from '../../../src-shared/errors';
import { plural } from '../../../src-shared/format';
import type { Check, Finding } from '../check';
import { aptNames, bareName, isProvided } from '../../repositories/apt';
import { Budget, readIndexes, type PackageNames } from '../../repositories/index-files';
import { ipsName, ipsNames, withEnds } from '../../repositories/ips';
import { nameOf, type Sources } from '../../repositories/named';
import { nearestName } from '../../../src-shared/near-name';
import type { RepositoryProbe } from '../../repositories/probe';
import type { Subject } from '../subject';

/** More are counted. */
const MAX_NAMED = 5;
const CHECK = { id: 'packages', title: 'packages' };

/** All known names, and why some sources could not be read. */
interface KnownNames extends PackageNames {
  readonly gaps: readonly string[];
}

/** Whether the repositories have each package that the manifest installs. */
export function packagesCheck(
  { file }: Subject,
  sources: Promise<Sources>,
  probes: Promise<readonly RepositoryProbe[]>,
): Check {
  return {
    ...CHECK,
    async run() {
      const { usesHostApt } = await sources;
      const answers = await probes;
      const isIps = answers.some(({ repository }) => repository.kind === 'ips');
      const wanted = file.manifest.packages.map(({ name }) => (isIps ? ipsName(name) : debianName(name)));
      const names = [...new Set(wanted.filter((name) => name !== undefined && name !== ''))] as string[];
      if (names.length === 0) return [];
      if (answers.length === 0)
        return [
          { ...CHECK, state: 'unknown', detail: `no repository to search for ${plural(names.length, 'package')}` },
        ];
      const known = await readKnown(answers, usesHostApt);
      const lacking = [];
      for (const name of names)
        if (!known.real.has(name) && !known.provided.has(name) && !(usesHostApt && (await isProvided(name))))
          lacking.push(name);
      return verdict(names, lacking, known);
    },
  };
}

function verdict(names: readonly string[], lacking: readonly string[], known: KnownNames): Finding[] {
  if (lacking.length === 0)
    return [{ ...CHECK, state: 'ok', detail: `${plural(names.length, 'package')}, all available` }];
  if (known.gaps.length > 0)
    return [
      {
        ...CHECK,
        state: 'unknown',
        detail: `could not be checked: ${someOf(lacking)}. ${known.gaps.join('; ')}`,
      },
    ];
  return lacking.map((name): Finding => {
    const near = nearestName(name, known.real);
    return {
      id: `package:${name}`,
      title: `package ${name}`,
      state: 'missing',
      detail: 'no repository of the manifest has it',
      fix:
        near === undefined
          ? 'Correct the name in the manifest, or add the repository that has it.'
          : `Correct the name in the manifest: there is ${near}.`,
    };
  });
}

/** The first names, and how many more there are. */
function someOf(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  return more > 1 ? `${names.slice(0, MAX_NAMED).join(', ')} and ${more} more` : names.join(', ');
}

async function readKnown(answers: readonly RepositoryProbe[], usesHostApt: boolean): Promise<KnownNames> {
  const names = { real: new Set<string>(), provided: new Set<string>() };
  const gaps: string[] = [];
  const budget = new Budget();
  if (usesHostApt) for (const name of await aptNames()) names.real.add(name);
  await Promise.all(
    answers.map(async ({ repository, state }) => {
      const gap = (why: string): unknown => gaps.push(`${nameOf(repository)}: ${why}`);
      if (repository.kind === 'debian' && repository.isHosts) return; // APT has already listed these.
      if (state !== 'ok') return gap('it did not answer');
      try {
        if (repository.kind === 'debian') await readIndexes(repository, names, budget);
        else for (const end of withEnds(await ipsNames(repository.url))) names.real.add(end);
      } catch (error) {
        gap(reasonOf(error));
      }
    }),
  );
  return { ...names, gaps };
}

/**
 * A name without the release, version and architecture that APT accepts after it; `undefined` for files and patterns.
 */
function debianName(text: string): string | undefined {
  const name = text.trim();
  return /^[./]|[?~*]/.test(name) ? undefined : bareName(name);
}
