import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The folders that the app works with. */
export interface Places {
  /** What is shipped: templates, schemas. */
  readonly resources: string;
  /** The engine's commands, as they run on this computer and are sent to others. */
  readonly engine: string;
  /** What the app remembers: recent files, unsaved work, the window's place. */
  readonly state: string;
  /** Where new documents go unless the person says otherwise. */
  readonly documents: string;
}

/** Finds them. `SLIPWAY_STATE` moves the state, for tests and for people with several homes. */
export function findPlaces(bundle: string): Places {
  const state = process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local/state');
  const resources = findResources(bundle);
  // In a package the engine lies beside the app's archive, which other programs cannot read.
  const packed = join(resources, 'engine');
  return {
    resources,
    engine: existsSync(join(packed, 'distro_const.cjs')) ? packed : join(dirname(bundle), 'engine'),
    state: process.env['SLIPWAY_STATE'] ?? join(state, 'slipway'),
    documents: join(homedir(), 'Slipway'),
  };
}

/** Beside the bundle's folder in a package, at the project's root in a checkout: the nearest above. */
function findResources(bundle: string): string {
  for (let at = bundle; dirname(at) !== at; at = dirname(at))
    if (existsSync(join(at, 'resources/templates'))) return join(at, 'resources');
  throw new Error(`no resources above ${bundle}`);
}
