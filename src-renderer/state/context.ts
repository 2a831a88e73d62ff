import { getContext, setContext } from 'svelte';
import type { Workspace } from './workspace.svelte';

const KEY = Symbol('workspace');

/** Gives the window's workspace to all components below. */
export function provideWorkspace(workspace: Workspace): void {
  setContext(KEY, workspace);
}

/** Returns the window's workspace. */
export function useWorkspace(): Workspace {
  return getContext<Workspace>(KEY);
}
