import { resolve } from 'node:path';
import { readIfThereSync } from '../system/files';

/** The description `SCRIPT.meta.json` of a finalizer script; `undefined` where there is none, or none that can be read. */
export function scriptDescription(
  script: string,
  folder = process.cwd(),
): Readonly<Record<string, unknown>> | undefined {
  try {
    const text = readIfThereSync(resolve(folder, `${script}.meta.json`))?.toString('utf8');
    const read: unknown = text === undefined ? undefined : JSON.parse(text);
    return isRecord(read) ? read : undefined;
  } catch {
    return undefined; // an unreadable description counts as missing
  }
}

/** Whether a value is an object with names. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The strings of a list in a description. */
export const stringsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
