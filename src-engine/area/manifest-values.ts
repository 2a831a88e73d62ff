import { keyToNodepath, NodepathError, queryEitherEra } from '../../src-shared/manifest/nodepath';
import type { ElementNode } from '../../src-shared/manifest/tree';

/** Receives the reason why a nodepath is malformed. The client only receives no value (contract 5.3). */
export interface Complaints {
  readonly stdout: string;
  readonly stderr: string;
}

/** Returns the values for a nodepath or key, as steps get them. A malformed nodepath has none, and `complain` gets the reason. */
export function readValues(
  root: ElementNode,
  request: string,
  isKey: boolean,
  complain: (complaints: Complaints) => void = () => undefined,
): string[] {
  const nodepath = isKey ? keyToNodepath(request) : request;
  try {
    return queryEitherEra(root, nodepath);
  } catch (error) {
    if (!(error instanceof NodepathError)) throw error;
    const at = error.offset;
    complain({
      stdout: `Error parsing remote request "${request}": Error parsing nodepath: ${error.message}\n`,
      stderr:
        at === undefined
          ? ''
          : `Error parsing nodepath\nAt index ${at}, remaining string:${nodepath.trim().slice(at)}\n`,
    });
    return [];
  }
}
