import { constants, type Stats } from 'node:fs';
import { dirname, isAbsolute, join, posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { bytes } from '../../../src-shared/format';
import { THIS_COMPUTER } from '../../../src-shared/hosts/model';
import { interpretManifest } from '../../../src-shared/manifest/interpret';
import { environmentNames } from '../../../src-shared/manifest/environment-key';
import type { Manifest } from '../../../src-shared/manifest/model';
import type { Target } from '../../../src-shared/rpc/common';
import type { TrustQuestion } from '../../../src-shared/rpc/trust';
import { openDocument } from '../../documents/open';
import { MAX_FILES, MAX_TEXT_BYTES } from '../../documents/scripts';
import { absent, access, lstat, readlink } from '../../system/files';

/**
 * The scripts of the steps with their arguments, then the other files of `scripts/`, which they may call, and the variables that the
 * manifest passes to them.
 */
export async function shownScripts({ path, host }: Target): Promise<Pick<TrustQuestion, 'scripts' | 'environment'>> {
  const { source, scripts } = await openDocument(path);
  const known = new Map(scripts.map(({ path: script, text }) => [script, text]));
  const manifest = manifestOf(source);
  const steps = stepScripts(manifest?.steps ?? []);
  const paths = new Set([...steps.keys(), ...known.keys()]);
  const shown = await Promise.all(
    [...paths].map(async (script) => {
      const name = posix.normalize(script);
      const text = known.get(name);
      const args = steps.get(script) ?? [];
      const shown = { path: script, ...(args.length > 0 && { args }) };
      if (text !== undefined) return { ...shown, text };
      return { ...shown, what: await describe(dirname(path), name, host, known.has(name)) };
    }),
  );
  return { scripts: shown, environment: environmentNames(manifest?.keyValuePairs ?? []) };
}

/** The scripts of the steps in their order, each with its different lists of arguments. */
function stepScripts(steps: Manifest['steps']): Map<string, string[][]> {
  const found = new Map<string, string[][]>();
  for (const { script, args } of steps) {
    if (!script) continue;
    const lists = found.get(script) ?? [];
    const isListed = lists.some((list) => isDeepStrictEqual(list, args));
    found.set(script, args.length === 0 || isListed ? lists : [...lists, [...args]]);
  }
  return found;
}

/** `undefined` for a text that the engine refuses. */
function manifestOf(source: string): Manifest | undefined {
  try {
    return interpretManifest(source, { now: new Date() }).manifest;
  } catch {
    return undefined;
  }
}

/** What a script is whose text is not shown, as a phrase. */
async function describe(folder: string, script: string, host: string, isListed: boolean): Promise<string> {
  if (isAbsolute(script)) return host === THIS_COMPUTER ? 'a file outside this folder' : 'a file of the build host';
  if (script.startsWith('../')) return 'a file outside this folder';
  for (let at = script; at !== '.'; at = posix.dirname(at)) {
    const target = await readlink(join(folder, at)).catch(absent);
    if (target !== undefined) return at === script ? `a link to ${target}` : `in ${at}, which is a link to ${target}`;
  }
  const file = join(folder, script);
  const found = await lstat(file).catch(absent);
  if (!found) return 'a file that does not exist';
  if (!found.isFile()) return kindOf(found);
  if (found.size > MAX_TEXT_BYTES) return `a file of ${bytes(found.size)}, too large to be shown`;
  const isReadable = await access(file, constants.R_OK).then(() => true, absent);
  if (!isReadable) return 'a file that this account cannot read';
  return isListed ? 'a file that is not text' : `a file that is hidden, or one of more than ${MAX_FILES}`;
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a named pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}
