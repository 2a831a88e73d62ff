import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ArgslistError, splitWords } from '../../../src-shared/manifest/argslist';
import { applyDefaults } from '../../../src-shared/manifest/defaults';
import { NodepathError, queryNodepath } from '../../../src-shared/manifest/nodepath';
import { parseManifest } from '../../../src-shared/manifest/parse';
import { decodeManifest } from '../../../src-shared/manifest/source';
import { corpus } from '../../support/engine';

const vectors = join(corpus, 'vectors');
const has = existsSync(vectors);
const load = (name: string): unknown => JSON.parse(readFileSync(join(vectors, name), 'utf8'));
const parse = (name: string) => parseManifest(decodeManifest(readFileSync(join(corpus, 'manifests', name))));

describe.skipIf(!has)('recorded answers of the original (skipped without the corpus)', () => {
  it('argslist splits', () => {
    const cases = load('argslist.json') as { in: string; out?: string[]; error?: string }[];
    const ours = cases.map(({ in: text }) => {
      try {
        return { in: text, out: splitWords(text) };
      } catch (error) {
        if (error instanceof ArgslistError) return { in: text, error: error.message };
        throw error;
      }
    });
    expect(ours).toEqual(cases);
    expect(cases.length).toBeGreaterThan(20);
  });

  it('nodepath queries', () => {
    const cases = load('nodepath.json') as { manifest: string; query: string; values?: string[]; error?: string }[];
    const trees = new Map<string, ReturnType<typeof parse>>();
    const wrong = [];
    for (const { manifest, query, values, error } of cases) {
      const tree = trees.get(manifest) ?? applyDefaults(parse(manifest), { now: new Date(0) }).tree;
      trees.set(manifest, tree);
      let got: unknown;
      try {
        got = queryNodepath(tree.root, query);
      } catch (thrown) {
        if (!(thrown instanceof NodepathError)) throw thrown;
        got = `Error parsing nodepath: ${thrown.message}`;
      }
      if (JSON.stringify(got) !== JSON.stringify(values ?? error))
        wrong.push({ manifest, query, want: values ?? error, got });
    }
    expect(wrong).toEqual([]);
    expect(cases.length).toBeGreaterThan(200);
  });
});
