import type { AreaView } from '../../../src-shared/rpc/builds';
import type { RunView } from '../../../src-shared/runs/run-view';

/** Called when a watched run begins, continues or ends: for notifications, the taskbar and the list of hosts. */
export type RunListener = (manifest: string, run: RunView, area: AreaView | undefined) => void;
