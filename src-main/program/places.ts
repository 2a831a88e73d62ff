import { accessSync, chmodSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { explainFailure } from '../../src-shared/explain-failure';
import { makeFoldersNow } from '../system/folders-now';
import { temporaryHome } from './temporary-home';

/** The folders that the app works with. */
export interface Places {
  /** Shipped files: templates, schemas. */
  readonly resources: string;
  /** The engine's commands, as they run on this computer and are sent to others. */
  readonly engine: string;
  /** The app's state: recent files, unsaved work, the window's place. */
  readonly state: string;
  /** Default folder for new documents. */
  readonly documents: string;
}

/** Files of which one at least is in each folder that the app has worked with. */
const STATE = ['hosts.json', 'recent.json', 'trusted.json', 'window.json'];

/** Finds the folders. `SLIPWAY_STATE` moves the state, for tests and for users with several homes. */
export function findPlaces(bundle: string): Places {
  const home = homeFolder();
  const state = stateFolder(home);
  makePrivate(state);
  const resources = findResources(bundle);
  // In a package the engine lies beside the app's archive, which other programs cannot read.
  const packed = join(resources, 'engine');
  return {
    resources,
    engine: existsSync(join(packed, 'distro_const.cjs')) ? packed : join(dirname(bundle), 'engine'),
    state,
    documents: join(home, 'Slipway'),
  };
}

/**
 * An empty variable counts as none. A relative `XDG_STATE_HOME` is ignored, as its specification has it, because the state must not depend on
 * the present folder.
 */
function stateFolder(home: string): string {
  const { SLIPWAY_STATE: chosen, XDG_STATE_HOME: base = '' } = process.env;
  if (chosen) return ownPartOf(resolve(chosen));
  return join(isAbsolute(base) ? base : join(home, '.local/state'), 'slipway');
}

/**
 * The folder, or a private one in it when it has files of other programs and other accounts can enter it. The mode of such a folder is not
 * ours to change: `/tmp`, for example.
 */
function ownPartOf(folder: string): string {
  if (!isOfOthers(folder)) return folder;
  try {
    return temporaryHome(folder, process.getuid?.());
  } catch {
    return join(folder, 'slipway'); // The check of the start reports that it cannot be made.
  }
}

function isOfOthers(folder: string): boolean {
  try {
    const names = (statSync(folder).mode & 0o077) === 0 ? [] : readdirSync(folder);
    return names.length > 0 && !STATE.some((name) => names.includes(name));
  } catch {
    return false; // It does not exist yet, or the check of the start reports it.
  }
}

/** A number of an account without an entry in passwd has no home. A `HOME` that is no absolute path is ignored. */
function homeFolder(): string {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : userInfo().homedir;
  } catch {
    return temporaryHome(tmpdir(), process.getuid?.());
  }
}

/**
 * Unsaved work, hosts and host keys are for this account only, whatever its umask is. Where they cannot be stored, the program goes on,
 * because a user can still read manifests and build.
 */
function makePrivate(folder: string): void {
  try {
    makeFoldersNow(folder, 0o700);
    if ((statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    process.stderr.write(
      `Slipway cannot store settings, hosts and unsaved work in ${folder}: ${explainFailure(code, message)}. Give this account a home folder that it can write to, or start Slipway with SLIPWAY_STATE set to another folder.\n`,
    );
  }
}

/**
 * Chromium's own folder. Chromium and its libraries make a missing home with all that they keep there. Where the state cannot be stored they
 * get a temporary folder instead, as do the programs that the app starts.
 */
export function browserFolder(state: string): string {
  if (existsSync(state)) return join(state, 'electron');
  const folder = temporaryHome(tmpdir(), process.getuid?.());
  for (const [name, part] of Object.entries({ CACHE: '.cache', CONFIG: '.config', DATA: '.local/share' }))
    process.env[`XDG_${name}_HOME`] ||= join(folder, part);
  return join(folder, 'electron');
}

/** The nearest `resources` above the bundle: beside its folder in a package, at the project's root in a checkout. */
function findResources(bundle: string): string {
  for (let at = bundle; dirname(at) !== at; at = dirname(at))
    if (existsSync(join(at, 'resources/templates'))) return join(at, 'resources');
  throw new Error(`no resources above ${bundle}`);
}
