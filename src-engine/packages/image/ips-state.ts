import { AppError } from '../../../src-shared/errors';
import { listOf, object, text } from '../../../src-shared/shape';

/** A package that IPS has installed. */
export interface InstalledIpsPackage {
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
}

const installedVersions = listOf(object('InstalledVersion', 'An installed version.', { version: text }));

/**
 * Parses the catalogue `installed` of IPS: packages by publisher and name, each with its versions.
 *
 * Throws `AppError('refused')` when it is damaged.
 */
export function readIpsState(content: string): InstalledIpsPackage[] {
  return entriesOf(parsed(content))
    .filter(([publisher]) => publisher !== '_SIGNATURE')
    .flatMap(([publisher, stems]) =>
      entriesOf(stems).flatMap(([name, versions]) => {
        if (!installedVersions.accepts(versions)) throw damaged();
        return versions.map(({ version }) => ({ publisher, name, version }));
      }),
    );
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    throw damaged();
  }
}

function entriesOf(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged();
  return Object.entries(value);
}

const damaged = (): AppError =>
  new AppError(
    'refused',
    'The package database of IPS in the image is damaged.',
    'Build the image again from the step that installs the packages.',
  );
