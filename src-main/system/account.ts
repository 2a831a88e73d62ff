import { userInfo } from 'node:os';

/** The name of this account, or its number: an account of a container may have no entry in passwd. */
export function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? process.env['LOGNAME'] ?? String(process.getuid?.() ?? 'user');
  }
}
