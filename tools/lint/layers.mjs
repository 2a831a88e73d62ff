// Which folder may import which: the one table behind all `no-restricted-imports` rules. Each folder gets exactly one block with all
// bans that hold for it, because ESLint lets a later block replace an earlier one of the same rule.

import { readdirSync } from 'node:fs';

const NODE = '^(node:|(assert|buffer|child_process|crypto|events|fs|http|https|net|os|path|stream|url|util|zlib)(/|$))';
const DESKTOP = '^electron$';
const SVELTE = '^svelte(/|$)';

/** What every screen of the window may import. */
const OF_A_SCREEN = ['.', 'components', 'document', 'state', 'text'];

/** The folders in a folder. */
const foldersIn = (path) =>
  readdirSync(new URL(`../../${path}`, import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

/**
 * The programs. `bans` are modules that no folder of one may import, as regular expressions. `layers` are its folders,
 * each with the folders it may import besides itself and those below it. `a/b` is a folder in a folder. `.` are the
 * files at the top: a folder names `.` or single files (`version`) to import them. `*` is everything of the program,
 * for the files that compose it; folders below such a folder need rows of their own.
 */
export const PROGRAMS = {
  'src-shared': {
    bans: [NODE, DESKTOP, SVELTE],
    others: ['src-engine', 'src-main', 'src-renderer', 'tools'],
    why: 'src-shared is pure: no I/O and no other program. Pass what you need as an argument.',
    layers: {
      '.': ['document', 'rpc'],
      manifest: ['.', 'engine-answers'],
      document: ['.', 'manifest'],
      hosts: ['.'],
      logs: ['.'],
      'boot-test': ['.'],
      checkpoints: ['.'],
      journal: ['.', 'checkpoints'],
      runs: ['.', 'journal'],
      'engine-answers': ['.', 'checkpoints', 'journal', 'provenance', 'runs'],
      doctor: ['.', 'engine-answers'],
      packages: ['.', 'engine-answers'],
      outputs: ['.', 'document', 'manifest'],
      variants: ['.', 'checkpoints', 'document', 'manifest', 'outputs'],
      'boot-menu': ['.', 'document', 'logs', 'manifest'],
      'boot-archive': ['.', 'document', 'manifest'],
      provenance: ['.', 'checkpoints'],
      rpc: ['.', 'engine-answers', 'hosts', 'logs', 'runs'],
      timeline: ['.', 'journal', 'rpc', 'runs'],
    },
  },
  'src-engine': {
    bans: [DESKTOP, SVELTE],
    others: ['src-main', 'src-renderer', 'tools'],
    why: 'The engine runs on a build host without the app: import from src-shared or node: only.',
    layers: {
      system: [],
      snapshots: ['system'],
      area: ['snapshots', 'system'],
      lines: ['area', 'snapshots', 'system'],
      variants: ['area', 'lines', 'snapshots', 'system'],
      'boot-test': ['system'],
      hygiene: ['system'],
      repositories: ['area', 'system'],
      packages: ['area', 'repositories', 'snapshots', 'system'],
      sbom: ['version', 'hygiene', 'packages'],
      disks: ['system'],
      doctor: ['area', 'boot-test', 'packages', 'repositories', 'snapshots', 'system'],
      'support-bundle': ['version', 'area', 'doctor', 'packages', 'snapshots', 'system'],
      run: ['version', 'area', 'lines', 'snapshots', 'system'],
      provenance: ['area', 'boot-test', 'lines', 'packages', 'run', 'sbom', 'snapshots', 'system'],
      commands: [
        'version',
        'area',
        'disks',
        'boot-test',
        'doctor',
        'hygiene',
        'lines',
        'packages',
        'provenance',
        'repositories',
        'run',
        'sbom',
        'snapshots',
        'support-bundle',
        'system',
        'variants',
      ],
      'manifest-read': ['commands'],
      launcher: [],
      reference: ['commands', 'manifest-read'],
      '.': ['*'],
    },
  },
  'src-main': {
    bans: [SVELTE],
    others: ['src-engine', 'src-renderer', 'tools'],
    why: 'Main runs the engine as a command and never links it; what both need belongs in src-shared.',
    layers: {
      async: [],
      rpc: ['async'],
      system: ['async'],
      transport: ['async', 'system'],
      files: ['async', 'system', 'transport'],
      program: ['files', 'rpc', 'system'],
      documents: ['async', 'files', 'program', 'rpc', 'system'],
      'host-book': ['async', 'files', 'system', 'transport'],
      'build-hosts': ['async', 'system', 'transport'],
      'build-hosts/engine': ['build-hosts', 'system', 'transport'],
      'build-hosts/original': ['build-hosts', 'build-hosts/engine', 'system', 'transport'],
      'ssh-connections': [
        'build-hosts',
        'build-hosts/engine',
        'build-hosts/original',
        'documents',
        'files',
        'system',
        'transport',
      ],
      journals: ['async', 'build-hosts'],
      'services/builds': ['async', 'build-hosts', 'journals', 'rpc', 'transport'],
      'services/checkpoint-files': ['async', 'build-hosts', 'files', 'rpc', 'transport'],
      'services/checkpoint-shell': ['build-hosts', 'rpc', 'transport'],
      'services/hosts': [
        'async',
        'build-hosts',
        'documents',
        'files',
        'host-book',
        'rpc',
        'services/builds',
        'ssh-connections',
        'system',
        'transport',
      ],
      'services/logs': ['async', 'build-hosts', 'journals', 'rpc'],
      'services/outputs': ['async', 'build-hosts', 'files', 'rpc', 'system', 'transport'],
      'services/packages': ['async', 'build-hosts', 'files', 'rpc', 'system', 'transport'],
      'services/support-bundle': ['build-hosts', 'files', 'rpc'],
      services: [
        'journals',
        'build-hosts',
        'rpc',
        ...['builds', 'checkpoint-files', 'checkpoint-shell', 'logs', 'outputs', 'packages', 'support-bundle'].map(
          (name) => `services/${name}`,
        ),
      ],
      web: ['async', 'rpc', 'system'],
      'services/trust': ['documents', 'files', 'rpc', 'system'],
      window: ['files', 'program', 'rpc', 'services/builds', 'system', 'web'],
      '.': ['*'],
    },
  },
  'src-renderer': {
    bans: [NODE, DESKTOP],
    others: ['src-engine', 'src-main', 'tools'],
    why: 'The renderer is a web page: ask main through the RPC contract in src-shared.',
    layers: {
      text: [],
      document: [],
      state: ['.', 'document', 'text'],
      components: ['.', 'document', 'state', 'text'],
      dialogs: ['.', 'components', 'document', 'state', 'text'],
      ...Object.fromEntries(foldersIn('src-renderer/screens').map((name) => [`screens/${name}`, OF_A_SCREEN])),
      // It shows what the build screen knows about finished files, and the form of the rest.
      'screens/outputs': [...OF_A_SCREEN, 'screens/build', 'screens/form'],
      // It shows a file of a checkpoint.
      'screens/boot': [...OF_A_SCREEN, 'screens/build'],
      // The overview is made of parts of the others: the last build, its outputs, the checklist, the sizes.
      'screens/compose': [...OF_A_SCREEN, 'screens/build', 'screens/hosts', 'screens/packages'],
      screens: ['*'],
      '.': ['*'],
    },
  },
};

/** Packages that only the named files may import, so that the rest of the program does not depend on them. */
const RESERVED = [
  {
    module: '^fast-xml-parser$',
    for: ['src-shared/manifest/reader.ts'],
    why: 'Parse XML through src-shared/manifest/reader.ts.',
  },
  {
    module: '^(node-ssh|ssh2)$',
    for: ['src-main/transport/ssh/**'],
    why: 'SSH is behind the Transport interface: src-main/transport/ssh.',
  },
];

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * A regular expression for import specifiers that lead from a folder, or one below it, to another folder of the program. How many `../`
 * there are does not matter, because that depends on the importing file's depth.
 */
function towards(program, from, to, { folders, allowed }) {
  if (to === '.') return `^(\\.\\./)+(${topFiles(program, allowed).map(escaped).join('|')})$`;
  const [a, b] = [from === '.' ? [] : from.split('/'), to.split('/')];
  let common = 0;
  while (common < b.length - 1 && a[common] === b[common]) common++;
  const path = escaped(b.slice(common).join('/'));
  const nested = folders.filter((one) => one.startsWith(`${to}/`)).map((one) => escaped(one.slice(to.length + 1)));
  // Folders in the folder have rules of their own.
  const below = nested.length === 0 ? '(/|$)' : `(/(?!(${nested.join('|')})(/|$))|$)`;
  return `^${from === '.' ? '\\./' : '(\\.\\./)+'}${path}${below}`;
}

/** The modules at the top of a program that are not allowed, without the endings that imports leave out. */
function topFiles(program, allowed) {
  return readdirSync(new URL(`../../${program}`, import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name.replace(/(\.d)?\.ts$/, ''))
    .filter((name) => !allowed.includes(name));
}

/** The blocks of one program: one for each of its folders. */
function blocksOf(program, { bans, others, why, layers }) {
  const folders = Object.keys(layers);
  return folders.flatMap((folder) => {
    const mayImport = layers[folder];
    const nested = folders.filter((other) => other.startsWith(`${folder}/`));
    const banned = mayImport.includes('*')
      ? []
      : folders.filter((other) => other !== folder && !mayImport.includes(other) && !nested.includes(other));
    const patterns = [
      ...bans.map((regex) => ({ regex, message: why })),
      ...others.map((other) => ({ regex: `^(\\.\\./)+${escaped(other)}(/|$)`, message: why })),
      ...banned.map((other) => ({
        regex: towards(program, folder, other, { folders, allowed: mayImport }),
        message: `${program}/${folder} may import ${mayImport.join(', ') || 'nothing of its program'} (tools/lint/layers.mjs).`,
      })),
    ];
    const path = folder === '.' ? program : `${program}/${folder}`;
    const files = [`${path}/${mayImport.includes('*') ? '' : '**/'}*.{ts,svelte}`];
    const ignores = nested.map((other) => `${program}/${other}/**`);
    return reservedBlocks(files, ignores, patterns, `${program}/${folder}`);
  });
}

/** The block of some files, with a second one for files that may import a reserved package. */
function reservedBlocks(files, ignores, patterns, folder) {
  const block = (these, without, reserved) => ({
    files: these,
    ignores: without,
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [...patterns, ...reserved.map(({ module, why }) => ({ regex: module, message: why }))] },
      ],
    },
  });
  const exceptions = RESERVED.filter((one) => one.for.some((path) => path.startsWith(`${folder}/`)));
  return [
    block(files, [...ignores, ...exceptions.flatMap((one) => one.for)], RESERVED),
    ...exceptions.map((one) =>
      block(
        one.for,
        ignores,
        RESERVED.filter((other) => other !== one),
      ),
    ),
  ];
}

/** The `no-restricted-imports` blocks of all programs. */
export function layerRules() {
  return Object.entries(PROGRAMS).flatMap(([program, table]) => blocksOf(program, table));
}
