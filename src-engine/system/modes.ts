/** The umask that steps have, whatever the caller's is (contract 3.2). */
const STEP_UMASK = 0o022;

/** The owner always keeps these permissions. With a umask such as 777, no later command could read the lock and the logs. */
const OWNER = 0o700;

const OWNER_READ = 0o400;

/** The permissions that the engine's own files do not get; those of the caller's umask are included. */
let withheld = STEP_UMASK;

/**
 * Gives this process, and so every step, the umask of the contract. The engine's own files also respect the caller's
 * umask.
 */
export function setStepUmask(): void {
  withheld = STEP_UMASK | (process.umask(STEP_UMASK) & ~OWNER);
}

/** The mode of a new file of the engine: state files, journals, logs, records. */
export const fileMode = (): number => 0o666 & ~withheld;

/**
 * The mode of a copy of a user's file: at most that of the file. Its owner can read the copy, because that account has
 * read the file.
 */
export const copyMode = (mode: number): number => fileMode() & (mode | OWNER_READ);

/** The mode of a new folder of the engine. Folders of the image are not the engine's. */
export const folderMode = (): number => 0o777 & ~withheld;

/** The mode of a file with secrets: only the owner can read it. */
export const PRIVATE_MODE = 0o600;
