import { execFile } from 'node:child_process';
import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { findTool } from './executables';

/** getent's exit status for an unknown name. */
const NOT_FOUND = 2;

/**
 * Resolves a host name as other programs do, through getent(1), within a timeout. Node's own resolver cannot be
 * cancelled: a silent name server would keep this process for ten seconds or more. It is used where the host has no
 * such getent.
 */
export function lookupWithTimeout(timeoutMs: number): LookupFunction {
  return (name, options, callback) => {
    const getent = process.platform === 'linux' ? findTool('getent') : undefined;
    if (getent === undefined) return lookup(name, options, callback);
    execFile(getent, ['ahosts', name], { timeout: timeoutMs }, (error, stdout) => {
      if (error?.killed) return callback(new Error(`host name ${name} could not be resolved in time`), []);
      if (error && error.code !== NOT_FOUND) return lookup(name, options, callback);
      const all = addressesIn(stdout);
      const [first] = all;
      if (!first) return callback(new Error(`cannot resolve host name ${name}`), []);
      if (options.all) callback(null, all);
      else callback(null, first.address, first.family);
    });
  };
}

/** Parses lines `ADDRESS STREAM NAME`, one for each kind of socket. */
function addressesIn(stdout: string): LookupAddress[] {
  const addresses = new Set(stdout.split('\n').map((line) => line.split(/\s/, 1)[0] ?? ''));
  return [...addresses].map((address) => ({ address, family: isIP(address) })).filter(({ family }) => family !== 0);
}
