import { posix } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { interpretManifest } from '../../src-shared/manifest/interpret';

/** The relative paths of the scripts that a manifest's steps name, without `./`. Empty for text that is not XML yet. */
export function scriptsNamedIn(source: string): string[] {
  try {
    const { steps } = interpretManifest(source, { now: new Date() }).manifest;
    const paths = steps.flatMap(({ script }) => (script ? [script] : []));
    return [...new Set(paths.filter((path) => !path.startsWith('/')).map((path) => posix.normalize(path)))];
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}
