import { join } from 'node:path';
import { isAlive, ownIdentity } from '../system/processes';

const VIEW = /\.view-(\d+)-(\w+)-\d+$/;

let views = 0;

/** A new path in a store for a view that this process opens. */
export function viewPath(store: string): string {
  return join(store, `.view-${process.pid}-${ownIdentity().startTime}-${views++}`);
}

/** Whether a path in a store is a view, of a running process or of one that has ended. */
export const isView = (path: string): boolean => VIEW.test(path);

/** Whether a path in a store is the view of a running process. */
export function isOpenView(path: string): boolean {
  const [, pid, startTime] = VIEW.exec(path) ?? [];
  return (
    pid !== undefined && startTime !== undefined && isAlive({ ...ownIdentity(), pid: Number(pid), startTime }) === true
  );
}
