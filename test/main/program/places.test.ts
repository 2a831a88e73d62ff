import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findPlaces, type Places } from '../../../src-main/program/places';
import { makeFolders } from '../../../src-main/system/files';
import { root } from '../../support/markdown';
import { tempFolder } from '../../support/temp-folder';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** The places of an account with this home, and what the start printed on standard error. */
function placesAt(
  home: string,
  variables: Readonly<Record<string, string>> = {},
): { readonly places: Places; readonly printed: string } {
  for (const name of ['SLIPWAY_STATE', 'XDG_STATE_HOME']) vi.stubEnv(name, variables[name]);
  vi.stubEnv('HOME', home);
  let printed = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  return { places: findPlaces(join(root, 'out/main')), printed };
}

it('The state is in the home of the account, for this account only.', () => {
  const home = tempFolder();
  const { places, printed } = placesAt(home);
  expect([places.state, places.documents]).toEqual([join(home, '.local/state/slipway'), join(home, 'Slipway')]);
  expect(statSync(places.state).mode & 0o777).toBe(0o700);
  expect(printed).toBe('');
});

it('Empty variables and relative paths of a home are ignored, because the state does not depend on the present folder.', () => {
  const home = tempFolder();
  for (const value of ['', 'relative'])
    expect(placesAt(home, { XDG_STATE_HOME: value }).places.state).toBe(join(home, '.local/state/slipway'));
  expect(placesAt(home, { SLIPWAY_STATE: '' }).places.state).toBe(join(home, '.local/state/slipway'));
  const state = tempFolder();
  for (const value of ['', 'relative'])
    expect(placesAt(value, { SLIPWAY_STATE: state }).places.documents).toBe(join(userInfo().homedir, 'Slipway'));
});

it('The mode of a folder with files of other programs stays, and the state is in a private folder in it.', () => {
  for (const mode of [0o755, 0o1777]) {
    const folder = join(tempFolder(), 'shared');
    mkdirSync(folder);
    writeFileSync(join(folder, 'notes'), '');
    chmodSync(folder, mode);
    const { state } = placesAt(tempFolder(), { SLIPWAY_STATE: folder }).places;
    expect([statSync(folder).mode & 0o7777, state.startsWith(`${folder}/slipway-`)]).toEqual([mode, true]);
    expect(statSync(state).mode & 0o777).toBe(0o700);
  }
  const empty = join(tempFolder(), 'empty');
  mkdirSync(empty);
  expect(placesAt(tempFolder(), { SLIPWAY_STATE: empty }).places.state).toBe(empty);
  expect(statSync(empty).mode & 0o777).toBe(0o700);
});

// Below /proc, the system reports a missing folder whose parent exists.
describe.skipIf(!existsSync('/proc/self'))('A home that cannot be created', () => {
  it('is reported at the start, which goes on.', () => {
    const { places, printed } = placesAt('/proc/nohome');
    expect(places.state).toBe('/proc/nohome/.local/state/slipway');
    expect(printed).toMatch(
      /^Slipway cannot store .* in \/proc\/nohome\/\.local\/state\/slipway: .*SLIPWAY_STATE.*\.\n$/,
    );
  });

  it('is not replaced by a folder of others whose mode would change.', () => {
    const { places, printed } = placesAt(tempFolder(), { SLIPWAY_STATE: '/proc/self' });
    expect(places.state).toBe('/proc/self/slipway');
    expect(printed).toContain('in /proc/self/slipway: ');
  });

  it('is an error for each folder below it.', async () => {
    await expect(makeFolders('/proc/nohome/.local/state')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

it('A home that does not exist is not made, also by an account that could make it.', async () => {
  const above = join(tempFolder(), 'missing');
  const home = join(above, 'home');
  const { places, printed } = placesAt(home);
  expect(places.state).toBe(join(home, '.local/state/slipway'));
  expect(printed).toMatch(
    /^Slipway cannot store .* in .*missing\/home\/\.local\/state\/slipway: .*SLIPWAY_STATE.*\.\n$/,
  );
  for (const folder of [home, places.documents, places.state])
    await expect(makeFolders(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(placesAt(home, { SLIPWAY_STATE: home }).printed).toContain(`in ${home}: `);
  expect(existsSync(above)).toBe(false);
});

it('Folders are made below those that exist, and a file in their place is an error.', async () => {
  const folder = tempFolder();
  await makeFolders(join(folder, 'a/b/c'), 0o700);
  await makeFolders(join(folder, 'a/b/c'));
  expect(statSync(join(folder, 'a/b/c')).mode & 0o777).toBe(0o700);
  await expect(makeFolders(join(root, 'package.json'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolders(join(root, 'package.json/x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});
