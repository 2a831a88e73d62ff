// The third-party code that is shipped: the npm packages in the bundles, with their licences, for the notices and the
// list of parts in every package.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from '../launch/set-up.mjs';
import { licenceText } from './licence-texts.mjs';

/** The bundles of the app, and that of the engine. Each build writes its modules to out/modules. */
export const APP = ['main', 'preload', 'renderer', 'engine'];
export const ENGINE = ['engine'];

/**
 * The npm packages in these bundles, by name. A package without a licence or without its text is an error, because it
 * must not be distributed.
 */
export function parts(bundles) {
  const folders = new Set(bundles.flatMap(modulesOf).map(packageFolder));
  folders.delete(undefined); // our own
  return [...folders].map(describe).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The notices of these packages, as one text. */
export function notices(packages) {
  const line = '-'.repeat(80);
  const head = 'Slipway contains the following software, under the licences that follow each name.\n';
  return [
    head,
    ...packages.map(({ name, version, licence, text }) => `${name} ${version} (${licence})\n\n${text}`),
  ].join(`\n${line}\n`);
}

/**
 * What is shipped, as a CycloneDX document.
 *
 * @param all npm's own, which has everything that is installed here, tools included
 * @param packages what is in the bundles
 * @param electron the version that goes along
 */
export function billOfMaterials(all, packages, electron) {
  const { component, ...metadata } = all.metadata;
  const slipway = { ...component, type: 'application', name: 'slipway' };
  const shipped = new Set(packages.map(({ name, version }) => `${name}@${version}`));
  const runtime = {
    'bom-ref': `electron@${electron}`,
    type: 'framework',
    name: 'electron',
    version: electron,
    purl: `pkg:npm/electron@${electron}`,
    licenses: [{ license: { id: 'MIT' } }],
  };
  // npm lists them as packages for development only because they are bundled.
  const bundled = all.components
    .filter((one) => shipped.has(one['bom-ref']))
    .map((one) => ({ ...one, properties: undefined }));
  const dependencies = all.dependencies
    .filter(({ ref }) => shipped.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => shipped.has(other)) }));
  return {
    ...all,
    metadata: { ...metadata, component: slipway },
    components: [runtime, ...bundled],
    dependencies: [{ ref: slipway['bom-ref'], dependsOn: [runtime['bom-ref'], ...shipped] }, ...dependencies],
  };
}

function modulesOf(bundle) {
  return JSON.parse(readFileSync(join(root, `out/modules/${bundle}.json`), 'utf8'));
}

/** The folder of the package that a module belongs to; `undefined` for our own. Bundlers put a zero before a path and a query behind it. */
function packageFolder(module) {
  const path = resolve(root, module.replace(/^\0/, '')).replaceAll('\\', '/');
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

function describe(folder) {
  const { name, version, license, licenses, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  // Some packages use npm's form of 2012, and some have only the text.
  const licence = license ?? licenses?.[0]?.type ?? (texts.length > 0 ? 'see below' : undefined);
  if (texts.length === 0) texts.push(licenceText(licence, author?.name ?? author ?? `the authors of ${name}`));
  if (texts[0] === undefined) throw new Error(`${name} ${version} is in a bundle, but has no licence text: ${folder}`);
  return { name, version, licence, text: `${texts.join('\n\n')}\n` };
}
