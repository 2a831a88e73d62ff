import { dirname } from 'node:path';
import type { Check } from '../check';
import { findTool } from '../../system/executables';

const MIN_VERSION = 18;

/** Node for the engine. The `ManifestRead` that scripts call needs perl or node on PATH. */
export const nodeCheck: Check = {
  id: 'node',
  title: 'Node',
  async run() {
    const { node } = process.versions;
    const check = { id: 'node', title: 'Node' };
    if (Number(node.split('.')[0]) < MIN_VERSION)
      return [
        {
          ...check,
          state: 'missing',
          detail: `${node} is too old`,
          fix: `Install Node ${MIN_VERSION} or later on this host.`,
        },
      ];
    if (findTool('node') === undefined && findTool('perl') === undefined)
      return [
        {
          ...check,
          state: 'missing',
          detail: `${node}, but neither node nor perl is on PATH, so ManifestRead would not start in scripts`,
          fix: `PATH=$PATH:${dirname(process.execPath)}; export PATH`,
        },
      ];
    return [{ ...check, state: 'ok', detail: node }];
  },
};
