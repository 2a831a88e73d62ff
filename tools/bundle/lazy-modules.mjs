/**
 * Modules that take a noticeable time to load. `xml-naming` belongs to fast-xml-parser: it compiles fifteen large
 * regular expressions for names in a DTD, which a manifest does not have.
 */
const SLOW = new Set([
  'node:child_process',
  'node:crypto',
  'node:dns',
  'node:fs/promises',
  'node:http',
  'node:https',
  'node:net',
  'node:os',
  'node:readline',
  'node:stream',
  'node:stream/promises',
  'node:timers/promises',
  'node:tls',
  'node:zlib',
  'xml-naming',
]);

/**
 * An esbuild plugin: exports of slow modules load their module at the first call, `new` or property. Exports of other kinds (a text, a
 * number) are left out, so that importing one fails the build.
 */
export const lazyModules = {
  name: 'lazy-modules',
  setup(build) {
    build.onResolve({ filter: /./ }, async ({ path, resolveDir, kind, pluginData }) => {
      if (!SLOW.has(path) || kind !== 'import-statement' || pluginData === 'found') return undefined;
      const found = path.startsWith('node:')
        ? { path }
        : await build.resolve(path, { resolveDir, kind, pluginData: 'found' });
      return { path: found.path, namespace: 'lazy', sideEffects: false };
    });
    build.onLoad({ filter: /./, namespace: 'lazy' }, async ({ path }) => {
      const exports = Object.entries(await import(path)).filter(([name]) => name !== 'default');
      const lines = exports.map(([name, value]) => lazyExport(name, value, `require(${JSON.stringify(path)}).${name}`));
      return { contents: lines.join('\n'), resolveDir: '/' };
    });
  },
};

function lazyExport(name, value, load) {
  if (typeof value === 'object' && value !== null)
    return `export const ${name} = /* @__PURE__ */ new Proxy({}, { get: (_, name) => ${load}[name] });`;
  if (typeof value !== 'function') return '';
  if (!/^[A-Z]/.test(name)) return `export const ${name} = (...args) => ${load}(...args);`;
  return `export const ${name} = /* @__PURE__ */ new Proxy(function () {}, {
    construct: (_, args) => new (${load})(...args),
    get: (_, name) => ${load}[name],
  });`;
}
