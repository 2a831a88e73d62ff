import { release } from 'node:os';
import type { Check } from '../check';

const NAMES: Readonly<Record<string, string>> = { linux: 'Linux', sunos: 'illumos or Solaris', darwin: 'macOS' };

/** The operating system. */
export const systemCheck: Check = {
  id: 'system',
  title: 'system',
  async run() {
    const name = NAMES[process.platform];
    const detail = `${name ?? process.platform} ${release()}, ${process.arch}`;
    return [
      name === undefined
        ? { id: 'system', title: 'system', state: 'note', detail: `${detail}: not tested with Slipway` }
        : { id: 'system', title: 'system', state: 'ok', detail },
    ];
  },
};
