import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ArgslistError, splitTokens } from '../../../src-shared/manifest/argslist';
import { applyDefaults } from '../../../src-shared/manifest/defaults';
import { detectLayout } from '../../../src-shared/manifest/layout';
import { loadManifest } from '../../../src-shared/manifest/load';
import { NodepathError, queryNodepath } from '../../../src-shared/manifest/nodepath';
import { parseManifest } from '../../../src-shared/manifest/parse';
import { decodeManifest } from '../../../src-shared/manifest/source';
import { childElements, type CharacterNode, type ElementNode } from '../../../src-shared/manifest/tree';
import { corpus } from '../../support/engine';

const vectors = join(corpus, 'vectors');
const has = existsSync(vectors);
const load = (name: string): unknown => JSON.parse(readFileSync(join(vectors, name), 'utf8'));
const parse = (name: string) => parseManifest(decodeManifest(readFileSync(join(corpus, 'manifests', name))));

describe.skipIf(!has)('recorded answers of the original (skipped without the corpus)', () => {
  it('are the same for argslist splits', () => {
    const cases = load('argslist.json') as { in: string; out?: string[]; error?: string }[];
    const ours = cases.map(({ in: text }) => {
      try {
        return { in: text, out: splitTokens(text) };
      } catch (error) {
        if (error instanceof ArgslistError) return { in: text, error: error.message };
        throw error;
      }
    });
    expect(ours).toEqual(cases);
    expect(cases.length).toBeGreaterThan(20);
  });

  it('are the same for nodepath queries', () => {
    const cases = load('nodepath.json') as { manifest: string; query: string; values?: string[]; error?: string }[];
    const trees = new Map<string, ReturnType<typeof parse>>();
    const wrong = [];
    for (const { manifest, query, values, error } of cases) {
      const tree = trees.get(manifest) ?? applyDefaults(parse(manifest), { now: new Date(0) });
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

  it('are the same for defaults, except those that later versions added or renamed', () => {
    type Added = [path: string, kind: string, value: string];
    const cases = load('defaults-added.json') as Record<string, { added_or_changed: Added[] }>;
    const different = new Map<string, number>();
    for (const [manifest, { added_or_changed }] of Object.entries(cases)) {
      const { root } = applyDefaults(parse(manifest), { now: new Date(0) });
      if (detectLayout(root) === 'A0') continue; // defaults of the first weeks are not reproduced (contract 2.8)
      const ours = new Set(addedNodes(root, ''));
      const values = added_or_changed.filter(([, , value]) => value !== ''); // the rest are containers
      const recorded = new Set(values.map((node) => node.join(' ')));
      const only = (some: Set<string>, others: Set<string>): string[] => [...some].filter((node) => !others.has(node));
      for (const node of [...only(ours, recorded), ...only(recorded, ours)]) {
        const reason = LATER.find(([pattern]) => pattern.test(node))?.[1];
        expect(reason, `${manifest}: ${node}`).toBeDefined();
        different.set(reason ?? '', (different.get(reason ?? '') ?? 0) + 1);
      }
    }
    process.stdout.write(
      `defaults of ${Object.keys(cases).length} manifests; different: ${JSON.stringify([...different])}\n`,
    );
    expect(Object.keys(cases).length).toBeGreaterThan(30);
  });

  it('are the same for refused values, with the messages in the same order', () => {
    const folder = join(corpus, 'golden/63-validators');
    const seen: string[] = [];
    for (const run of readdirSync(folder).filter((name) => name.startsWith('run'))) {
      const stderr = readFileSync(join(folder, run, 'stderr'), 'utf8');
      const name = /([\w-]+)_temp_@PID@\.xml validates/.exec(stderr)?.[1];
      if (name === undefined || ['hostname-dash', 'hostname-dot'].includes(name)) continue; // contract 9, 37
      const { problems } = loadManifest(readFileSync(join(folder, `${name}.xml`), 'utf8'), { now: new Date(0) });
      const recorded = stderr.split('\n').filter((line) => line.startsWith('validate_node: '));
      expect({ name, lines: problems.map(({ original }) => original) }).toEqual({ name, lines: recorded });
      seen.push(name);
    }
    expect(seen.length).toBeGreaterThan(15);
  });
});

/**
 * Why our defaults differ from the recorded ones: we use the last ones of each layout, the recording those of the
 * manifest's day.
 */
const LATER: readonly (readonly [RegExp, string])[] = [
  [/^img_params\/(rootpass|hostname) element (opensolaris|solaris|openindiana)$/, "the distribution's word"],
  [/^img_params\/rootpass\/is_plaintext attribute true$/, 'rootpass came on 2010-01-21'],
  [/^img_params\/grub_menu_modifications\/min_mem64 element 1000$/, 'min_mem64 came on 2010-01-25'],
  [/^img_params\/output_image\/(bootroot|boot_archive)\/nbpi element 0$/, 'nbpi came on 2009-12-09'],
  [/^img_params\/output_image\/bootroot\/size_pad_mb element (0|10)$/, 'size_pad_mb came with 10, 0 since 2009-03-20'],
  [/^img_params\/generate_ips_search_index element false$/, 'generate_ips_search_index came on 2008-10-26'],
  [/^distro_constr_params\/post_install_repo_default_authority\/main\//, 'post_install_repo came on 2008-10-10'],
];

/** Everything that defaults add to a tree, without containers, in the form of the recording. */
function addedNodes(element: ElementNode, path: string): string[] {
  const below = (name: string): string => (path === '' ? name : `${path}/${name}`);
  return [
    ...element.attributes.filter(({ added }) => added).map(({ name, value }) => `${below(name)} attribute ${value}`),
    ...childElements(element).flatMap((child) => {
      const text = child.children.find((node) => node.kind === 'text' && !node.range) as CharacterNode | undefined;
      const own = text ? [`${below(child.name)} element ${text.text}`] : [];
      return [...own, ...addedNodes(child, below(child.name))];
    }),
  ];
}
