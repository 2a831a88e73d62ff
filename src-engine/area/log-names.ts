import { join } from 'node:path';
import { exists } from '../system/files';

/** `YYYY-MM-DD-HH-MM-SS`, local time. */
export function logStamp(now: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return [
    now.getFullYear(),
    two(now.getMonth() + 1),
    two(now.getDate()),
    two(now.getHours()),
    two(now.getMinutes()),
    two(now.getSeconds()),
  ].join('-');
}

/**
 * The stamp under which a new build's simple and detail log are free. A second build in the same second, or in the same hour when
 * summer time ends, gets `STAMP-2`. Only with the area's lock held.
 */
export function freeLogStamp(folder: string, stamp: string): string {
  const isTaken = (candidate: string): boolean =>
    ['simple-log', 'detail-log'].some((log) => exists(join(folder, `${log}-${candidate}`)));
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? stamp : `${stamp}-${n}`;
    if (!isTaken(candidate)) return candidate;
  }
}
