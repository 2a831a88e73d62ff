import { describe, expect, it } from 'vitest';
import type { PackageSource } from '../../src-engine/packages/package-source';

/** A package that a repository under test offers. */
export interface OfferedPackage {
  readonly name: string;
  readonly summary?: string;
  /** Names of packages that it depends on. */
  readonly needs?: readonly string[];
}

/** A repository under test, and a source that reads it. */
export interface RepositoryUnderTest {
  readonly url: string;
  /** Opens the source. All sources of one repository share the folder of fetched lists. */
  open(): PackageSource;
  publish(packages: readonly OfferedPackage[]): void;
  /** Breaks the connection in the middle of each list, from this call on. */
  cutOff(): void;
  /** Serves complete lists again. */
  mend(): void;
  /** Serves lists that do not match their signature. */
  forge(): void;
  /** Stops answering. */
  stop(): void;
}

/** The part of a kind of package source that the suite needs. */
export interface PackageSourceSubject {
  readonly name: string;
  /** Why it cannot be tested here. The names of the tests show the reason. */
  readonly lacks: string | undefined;
  readonly properties: {
    readonly kind: 'apt' | 'ips';
  };
  /** Serves a repository until the test ends. */
  serve(packages: readonly OfferedPackage[]): Promise<RepositoryUnderTest>;
}

const PACKAGES: readonly OfferedPackage[] = [
  { name: 'other' },
  { name: 'editor', summary: 'Edits text', needs: ['library'] },
  { name: 'library' },
];

const stateOf = async (source: PackageSource) => [await source.edition(), await source.entries()];

/** The contract of a `PackageSource`, tested with real servers on loopback. */
export function describePackageSource({ name, lacks, properties, serve }: PackageSourceSubject): void {
  describe.skipIf(lacks)(`The package source ${name}${lacks === undefined ? '' : ` (${lacks})`}:`, () => {
    async function fetched(): Promise<{ repository: RepositoryUnderTest; source: PackageSource }> {
      const repository = await serve(PACKAGES);
      const source = repository.open();
      await source.refresh();
      return { repository, source };
    }

    it('There is no edition before the first refresh.', async () => {
      const repository = await serve(PACKAGES);
      expect(await repository.open().edition()).toBeUndefined();
    });

    it('A first refresh that fails leaves nothing.', async () => {
      const repository = await serve(PACKAGES);
      repository.stop();
      const source = repository.open();
      await expect(source.refresh()).rejects.toMatchObject({
        code: 'unreachable',
        message: expect.stringContaining(repository.url) as string,
        hint: expect.stringMatching(/\.$/) as string,
      });
      expect(await source.edition()).toBeUndefined();
    });

    it('Every package is listed once, sorted by name, and without the network.', async () => {
      const { repository, source } = await fetched();
      repository.stop();
      const names = (await source.entries()).map((entry) => entry.name);
      expect(names).toEqual(['editor', 'library', 'other']);
      const edition = await source.edition();
      expect(edition?.kind).toBe(properties.kind);
      expect(edition?.repositories.map((one) => one.name).join()).toContain(repository.url);
    });

    it('The revision changes with the packages and not with a refresh.', async () => {
      const { repository, source } = await fetched();
      const first = await source.edition();
      await source.refresh();
      expect((await source.edition())?.revision).toBe(first?.revision);
      repository.publish([...PACKAGES, { name: 'new' }]);
      await source.refresh();
      expect((await source.edition())?.revision).not.toBe(first?.revision);
      expect((await source.entries()).map((entry) => entry.name)).toContain('new');
    });

    it.each([
      ['does not answer', ['unreachable'], 'stop'],
      ['breaks off in the middle of a list', ['unreachable', 'refused'], 'cutOff'],
      ['has other lists than those that are signed', ['refused'], 'forge'],
    ] as const)('When a repository %s, the previous lists stay whole.', async (_how, codes, failing) => {
      const { repository, source } = await fetched();
      const before = await stateOf(source);
      repository.publish([...PACKAGES, { name: 'new' }]);
      repository[failing]();
      const code = await source.refresh().then(
        () => 'no error',
        (error: { code?: string }) => error.code,
      );
      expect(codes).toContain(code);
      expect(await stateOf(source)).toEqual(before);
      expect(await stateOf(repository.open())).toEqual(before);
    });

    it('A refresh after a failed one gets the current lists.', async () => {
      const { repository, source } = await fetched();
      repository.publish([{ name: 'new' }]);
      repository.cutOff();
      await expect(source.refresh()).rejects.toThrow();
      repository.mend();
      await source.refresh();
      expect((await source.entries()).map((entry) => entry.name)).toEqual(['new']);
    });

    it('The details of a package have its summary and its needs; an unknown name has none.', async () => {
      const { source } = await fetched();
      expect(await source.details('editor')).toMatchObject({ name: 'editor', summary: 'Edits text' });
      expect((await source.details('editor'))?.depends.join()).toContain('library');
      expect(await source.details('nothing-of-this-name')).toBeUndefined();
    });

    it('Of a list of names, exactly the unknown ones are returned, with the nearest name.', async () => {
      const { source } = await fetched();
      const unknown = await source.unknown(['editor', 'librari', 'other']);
      expect(unknown).toMatchObject([{ name: 'librari', kind: 'unknown' }]);
      expect(unknown[0]?.instead[0]).toBe('library');
    });

    it('A list is resolved to the named packages and those that they need.', async () => {
      const { source } = await fetched();
      const { packages, problems } = await source.resolve(['editor']);
      expect(problems).toEqual([]);
      const reasons = packages.map((one) => `${one.name} ${one.why}`).sort();
      expect(reasons).toEqual(['editor named', 'library pulled']);
      expect(packages.find((one) => one.name === 'editor')?.needs).toEqual(['library']);
    });

    it('An entry that cannot be installed is a problem, and the others are resolved.', async () => {
      const { source } = await fetched();
      const { packages, problems } = await source.resolve(['editor', 'librari']);
      expect(problems).toMatchObject([{ name: 'librari', kind: 'unknown' }]);
      expect(packages.map((one) => one.name).sort()).toEqual(['editor', 'library']);
    });
  });
}
