// The first message for a new user when something is missing: what is missing, what still works, and the next action.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'slipway-first-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A checkout that was never set up, with the files that its start needs. */
function checkout(): string {
  const made = mkdtempSync(join(folder, 'checkout-'));
  for (const part of ['package.json', 'package-lock.json', 'tools/launch'])
    cpSync(join(root, part), join(made, part), { recursive: true });
  return made;
}

/** Runs a program to its end. */
function run(cwd: string, env: NodeJS.ProcessEnv, ...args: string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, env, encoding: 'utf8' });
  return { status, stderr };
}

describe('the first start', () => {
  it('reports without a network that it needs one, and the alternative', async () => {
    const registry = await closedPort();
    const env = {
      ...process.env,
      npm_config_registry: `http://127.0.0.1:${registry}/`,
      npm_config_replace_registry_host: 'always',
      npm_config_cache: join(folder, 'cache'),
      npm_config_fetch_retries: '0',
    };
    const { status, stderr } = run(checkout(), env, 'tools/launch/start.mjs');
    expect(status).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^Slipway needs a network once.*run this again; .*Debian package/,
    );
    expect(stderr).not.toContain('    at ');
  });

  it('reports packages that do not fit their lock with npm’s message and what to do', () => {
    const made = checkout();
    writeFileSync(join(made, 'package-lock.json'), '{');
    const { status, stderr } = run(made, process.env, 'tools/launch/start.mjs');
    expect(status).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^The npm packages could not be installed.*Run this again/);
  });

  it('reports an old Node with the required version, before anything that it cannot parse', () => {
    // A fake: this Node reports an old version.
    const old = join(folder, 'old.cjs');
    writeFileSync(old, `Object.defineProperty(process, 'versions', { value: { node: '12.22.12' } });`);
    const { status, stderr } = run(root, process.env, '-r', old, ...program('start'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Slipway needs Node 20 or later; this is v.*Install a newer one.*\n$/);
  });

  it('checks the version of Node in every command that sets up', () => {
    for (const script of ['start', 'test', 'demo', 'package'])
      expect(program(script).slice(0, 2)).toEqual(['-r', './tools/launch/needs-node.cjs']);
  });
});

/** The arguments of `node` in a script of package.json. */
function program(script: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  return scripts[script]?.split(' ').slice(1) ?? [];
}

/** A port of this computer without a listener. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
