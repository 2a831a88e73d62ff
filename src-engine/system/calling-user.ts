import { userInfo } from 'node:os';

/** Returns the account of the user's login: the caller of sudo or doas, otherwise the account of this process. */
export function callingUser(): string {
  return process.env.SUDO_USER ?? process.env.DOAS_USER ?? accountName();
}

/** The account's name, or its number where it has no name (a container). */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // ENOENT: no name
    return String(process.getuid?.() ?? '');
  }
}
