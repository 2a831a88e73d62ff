import { readFileSync } from 'node:fs';

/** The number of the capability in `/proc/PID/status`; see capabilities(7). */
const CAP_SYS_ADMIN = 21n;

/** Whether this process has the capability to make namespaces and to mount, which root lacks in most containers. */
export function mayMakeNamespaces(): boolean {
  try {
    const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return capabilities !== undefined && ((BigInt(`0x${capabilities}`) >> CAP_SYS_ADMIN) & 1n) === 1n;
  } catch {
    return false; // no /proc
  }
}
