import { lstatSync, readFileSync } from 'node:fs';

/** An account's name, or `the account NUMBER` where /etc/passwd has no name for it. */
export function accountName(uid: number): string {
  try {
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((one) => one.split(':')[2] === String(uid));
    if (line !== undefined) return line.split(':')[0] ?? `${uid}`;
  } catch {
    // This system stores accounts elsewhere.
  }
  return `the account ${uid}`;
}

/** The name of the account that owns a path; `undefined` where that cannot be read. */
export function ownerOf(path: string): string | undefined {
  try {
    return accountName(lstatSync(path).uid);
  } catch {
    return undefined; // the name is only for a message
  }
}

/** `Run the command as alice or as root.` */
export function runAs(user: string | undefined): string {
  return user === undefined || user === 'root' ? 'Run the command as root.' : `Run the command as ${user} or as root.`;
}
