import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { applyDefaults } from '../../src-shared/manifest/defaults';
import { ERAS, CURRENT_ERA, type Era } from '../../src-shared/manifest/eras';
import { detectLayout } from '../../src-shared/manifest/layout';
import { loadManifest } from '../../src-shared/manifest/load';
import { parseManifest } from '../../src-shared/manifest/parse';
import { decodeManifest } from '../../src-shared/manifest/source';
import type { Problem } from '../../src-shared/manifest/problems';
import type { ManifestTree } from '../../src-shared/manifest/tree';
import { validateSchema } from '../../src-shared/manifest/rules/structure';
import { corpus, hasCorpus } from '../support/engine';
import { count } from '../support/faults/count';
import { mutate, serialise } from '../support/mutate-manifest';
import { Random } from '../support/random';

const resources = join(import.meta.dirname, '../../resources/schema');
const hasXmllint = spawnSync('xmllint', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'slipway-schema-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Entry {
  readonly file: string;
  readonly schema: string;
  readonly steps: number;
  readonly valid: boolean;
  readonly layout: string;
}

function index(): Entry[] {
  return readFileSync(join(corpus, 'manifests/INDEX.tsv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .map(([file = '', , , schema = '', , steps = '', , , valid, layout = '']) => ({
      file,
      schema,
      steps: Number(steps),
      valid: valid === 'yes',
      layout: layout.split(' ')[0] ?? '',
    }))
    .filter(({ file }) => existsSync(join(corpus, 'manifests', file)));
}

const read = (file: string): string => decodeManifest(readFileSync(join(corpus, 'manifests', file)));
const defaulted = (file: string): ManifestTree => applyDefaults(parseManifest(read(file)), { now: new Date(0) });

/** The name of a schema file's day in our table: its date, with a letter for the second schema of one day. */
function eraOf(schema: string): Era {
  const day = schema.slice(8, 18);
  if (schema.startsWith('af179d9')) return '2008-10-10b';
  return (day === '2011-08-16' ? '2010-09-21' : day) as Era; // 2011-08-16 changed a comment only
}

/** Validates documents in the folder, named 0.xml, 1.xml, ..., with xmllint. */
function xmllintVerdicts(schema: string, documents: readonly number[]): Map<number, boolean> {
  const names = documents.map((at) => `${at}.xml`);
  const { stderr } = spawnSync('xmllint', ['--noout', '--relaxng', schema, ...names], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const valid = new Set([...stderr.matchAll(/^(\d+)\.xml validates$/gm)].map(([, at]) => Number(at)));
  return new Map(documents.map((at) => [at, valid.has(at)]));
}

/** A real manifest with its defaults, unchanged or with one or two changes. */
interface Case {
  readonly file: string;
  readonly seed: number;
  readonly schema: string;
  readonly tree: ManifestTree;
}

/** Seeds of one manifest's cases; `npm test` has every fourth. */
const SEEDS = Array.from({ length: count(23, 91) }, (_, at) => at * count(4, 1));

function cases(): Case[] {
  return index().flatMap(({ file, schema }) => {
    const tree = defaulted(file);
    return SEEDS.map((seed) => {
      const random = new Random(seed);
      const once = seed === 0 ? tree : mutate(tree, random);
      return { file, seed, schema, tree: seed > 60 ? mutate(once, random) : once };
    });
  });
}

/** The numbers of the cases in groups. */
function grouped(all: readonly Case[], keyOf: (one: Case) => string): [key: string, numbers: number[]][] {
  const groups = new Map<string, number[]>();
  all.forEach((one, at) => groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), at]));
  return [...groups];
}

describe.skipIf(!hasCorpus)('real manifests (skipped without the corpus)', () => {
  it('load, validate as recorded, and have the recorded steps', () => {
    const entries = index();
    for (const { file, valid, steps, layout } of entries) {
      const { manifest, problems } = loadManifest(read(file), { now: new Date() });
      const schemaProblems = problems.filter(({ phase }) => phase === 'schema');
      expect(
        { file, valid: schemaProblems.length === 0, layout: manifest.layout },
        JSON.stringify(schemaProblems.slice(0, 3)),
      ).toEqual({ file, valid, layout });
      // A built-in step is added to those that layout A declares.
      expect({ file, steps: manifest.steps.length }).toEqual({ file, steps: steps + (layout === 'A' ? 1 : 0) });
    }
    expect(entries.length).toBe(readdirSync(join(corpus, 'manifests')).filter((name) => name.endsWith('.xml')).length);
  });

  it.skipIf(!hasXmllint)(
    'are judged as xmllint judges them, and so are hundreds of their mutations, or thousands in npm run test:full',
    () => {
      const all = cases();
      all.forEach(({ tree }, at) => writeFileSync(join(folder, `${at}.xml`), serialise(tree.root)));
      const ofItsDay = new Map<number, boolean>();
      for (const [schema, numbers] of grouped(all, ({ schema }) => schema))
        for (const [at, valid] of xmllintVerdicts(join(corpus, 'schemas', schema), numbers)) ofItsDay.set(at, valid);
      const ofLayout = new Map<number, boolean>();
      for (const [layout, numbers] of grouped(all, ({ tree }) => detectLayout(tree.root)))
        for (const [at, valid] of xmllintVerdicts(join(resources, `layout-${layout === 'B' ? 'b' : 'a'}.rng`), numbers))
          ofLayout.set(at, valid);
      const head = join(
        corpus,
        'schemas',
        readdirSync(join(corpus, 'schemas')).find((name) => name.startsWith('728b820')) ?? '',
      );
      const present = xmllintVerdicts(head, [...all.keys()]);
      const ownPresent = xmllintVerdicts(join(resources, 'layout-b.rng'), [...all.keys()]);

      const disagreements: unknown[] = [];
      const compare = (what: string, at: number, xmllint: boolean | undefined, problems: readonly Problem[]): void => {
        const { file = '', seed = 0 } = all[at] ?? {};
        if (xmllint !== (problems.length === 0))
          disagreements.push({ what, file, seed, xmllint, ours: problems.map(({ message }) => message) });
      };
      const otherDays = new Map<string, number>();
      all.forEach(({ tree, schema }, at) => {
        compare('the schema of its day', at, ofItsDay.get(at), validateSchema(tree, eraOf(schema)));
        compare('our schema of its layout', at, ofLayout.get(at), validateSchema(tree));
        compare('the present schema', at, present.get(at), validateSchema(tree, CURRENT_ERA));
        if (present.get(at) !== ownPresent.get(at))
          disagreements.push({ what: 'layout-b.rng and the present schema', at });
        // The layout's schema also accepts what its other versions accepted: an element at another place, or with another
        // name (contract 7).
        if (ofItsDay.get(at) === ofLayout.get(at)) return;
        const day = [...ERAS].reverse().find((era) => validateSchema(tree, era).length === 0);
        if (ofItsDay.get(at) || day === undefined) disagreements.push({ what: 'a day and its layout', at });
        const difference = `${eraOf(schema)} as ${day}`;
        otherDays.set(difference, (otherDays.get(difference) ?? 0) + 1);
      });
      const validIn = (verdicts: ReadonlyMap<number, boolean>): number => [...verdicts.values()].filter(Boolean).length;
      process.stdout.write(
        `${all.length} documents, four judgements each; xmllint disagrees ${disagreements.length} times. ` +
          `Valid by the schema of their day ${validIn(ofItsDay)}, by ours of their layout ${validIn(ofLayout)}, ` +
          `valid by the rules of another day only: ${JSON.stringify(Object.fromEntries(otherDays))}\n`,
      );
      expect(disagreements.slice(0, 10)).toEqual([]);
      expect(all.length).toBeGreaterThan(count(750, 3000));
      expect(validIn(ofItsDay)).toBeGreaterThan(count(75, 300));
    },
  );
});
