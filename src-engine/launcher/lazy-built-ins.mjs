import * as childProcess from 'node:child_process';
import * as crypto from 'node:crypto';
import * as dns from 'node:dns';
import * as fsPromises from 'node:fs/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import * as readline from 'node:readline';
import * as stream from 'node:stream';
import * as streamPromises from 'node:stream/promises';
import * as timersPromises from 'node:timers/promises';
import * as zlib from 'node:zlib';

/** Modules of Node that take a noticeable time to load, by the names that the engine imports. */
const SLOW = {
  'node:child_process': childProcess,
  'node:crypto': crypto,
  'node:dns': dns,
  'node:fs/promises': fsPromises,
  'node:http': http,
  'node:https': https,
  'node:net': net,
  'node:readline': readline,
  'node:stream': stream,
  'node:stream/promises': streamPromises,
  'node:timers/promises': timersPromises,
  'node:zlib': zlib,
};

/**
 * An esbuild plugin: functions and classes of slow built-in modules load their module at the first call or `new`. Other exports (constants) are left out, so that importing one fails the build.
 */
export const lazyBuiltIns = {
  name: 'lazy-built-ins',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, namespace }) =>
      namespace !== 'lazy' && path in SLOW ? { path, namespace: 'lazy', sideEffects: false } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'lazy' }, ({ path }) => {
      const names = Object.keys(SLOW[path]).filter(
        (name) => name !== 'default' && typeof SLOW[path][name] === 'function',
      );
      const lines = names.map((name) => {
        const value = `require(${JSON.stringify(path)}).${name}`;
        return /^[A-Z]/.test(name)
          ? `export const ${name} = /* @__PURE__ */ new Proxy(function () {}, {
              construct: (_, args) => new (${value})(...args),
              get: (_, name) => ${value}[name],
            });`
          : `export const ${name} = (...args) => ${value}(...args);`;
      });
      return { contents: lines.join('\n') };
    });
  },
};
