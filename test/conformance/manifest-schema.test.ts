import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { applyDefaults } from '../../src-shared/manifest/defaults';
import type { Era } from '../../src-shared/manifest/eras';
import { loadManifest } from '../../src-shared/manifest/load';
import { parseManifest } from '../../src-shared/manifest/parse';
import { decodeManifest } from '../../src-shared/manifest/source';
import type { ManifestTree } from '../../src-shared/manifest/tree';
import { validateSchema } from '../../src-shared/manifest/validate-schema';
import { corpus, hasCorpus } from '../support/engine';
import { mutate, serialise } from '../support/mutate-manifest';
import { Random } from '../support/random';

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
const defaulted = (file: string): ManifestTree => applyDefaults(parseManifest(read(file)), { now: new Date(0) }).tree;

/** The day of a schema file as our table names it: its date, with a letter for the second of one day. */
function eraOf(schema: string): Era {
  const day = schema.slice(8, 18);
  if (schema.startsWith('af179d9')) return '2008-10-10b';
  return (day === '2011-08-16' ? '2010-09-21' : day) as Era; // 2011-08-16 changed a comment only
}

/** Asks xmllint about many documents at once. */
function xmllintVerdicts(schema: string, documents: readonly string[]): boolean[] {
  const names = documents.map((document, at) => {
    const name = `${at}.xml`;
    writeFileSync(join(folder, name), document);
    return name;
  });
  const { stderr } = spawnSync('xmllint', ['--noout', '--relaxng', join(corpus, 'schemas', schema), ...names], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const valid = new Set([...stderr.matchAll(/^(\d+)\.xml validates$/gm)].map(([, at]) => Number(at)));
  return documents.map((_, at) => valid.has(at));
}

describe.skipIf(!hasCorpus)('real manifests (skipped without the corpus)', () => {
  it('load, validate as recorded, and have the recorded steps', () => {
    const entries = index();
    for (const { file, valid, steps, layout } of entries) {
      const { manifest, problems } = loadManifest(read(file), { now: new Date() });
      const schemaProblems = problems.filter(({ phase }) => phase !== 'value');
      expect(
        { file, valid: schemaProblems.length === 0, layout: manifest.layout },
        JSON.stringify(schemaProblems.slice(0, 3)),
      ).toEqual({ file, valid, layout });
      // A built-in step comes on top of those that layout A declares; the first weeks had modules instead of scripts.
      if (layout !== 'A0')
        expect({ file, steps: manifest.steps.length }).toEqual({ file, steps: steps + (layout === 'A' ? 1 : 0) });
    }
    expect(entries.length).toBe(readdirSync(join(corpus, 'manifests')).filter((name) => name.endsWith('.xml')).length);
  });

  it.skipIf(!hasXmllint)('and thousands of mutations of them are judged as xmllint judges them', () => {
    const bySchema = groupBy(index());
    const counts = { documents: 0, valid: 0 };
    const disagreements: { file: string; seed: number; xmllint: boolean; ours: string[] }[] = [];
    for (const [schema, entries] of bySchema) {
      const era = eraOf(schema);
      const cases = entries.flatMap(({ file }) => {
        const tree = defaulted(file);
        return Array.from({ length: 81 }, (_, seed) => ({
          file,
          seed,
          tree: seed === 0 ? tree : mutate(tree, new Random(seed)),
        }));
      });
      const verdicts = xmllintVerdicts(
        schema,
        cases.map(({ tree }) => serialise(tree.root)),
      );
      cases.forEach(({ file, seed, tree }, at) => {
        const problems = validateSchema(tree, era);
        const xmllint = verdicts[at] ?? false;
        counts.documents++;
        if (xmllint) counts.valid++;
        if (xmllint !== (problems.length === 0))
          disagreements.push({ file, seed, xmllint, ours: problems.map(({ message }) => message) });
      });
    }
    process.stdout.write(
      `xmllint agrees on ${counts.documents - disagreements.length} of ${counts.documents} documents, ${counts.valid} of them valid\n`,
    );
    expect(disagreements).toEqual([]);
    expect(counts.documents).toBeGreaterThan(2000);
    expect(counts.valid).toBeGreaterThan(300);
  });
});

function groupBy(entries: readonly Entry[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) groups.set(entry.schema, [...(groups.get(entry.schema) ?? []), entry]);
  return groups;
}
