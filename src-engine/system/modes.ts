/** The umask that steps have, whatever the caller's is (contract 3.2). */
const STEP_UMASK = 0o022;

/** What the engine's own files withhold: also what the caller's umask withholds. */
let withheld = STEP_UMASK;

/** Gives this process, and so every step, the umask of the contract. The files of the engine keep to the caller's too. */
export function setStepUmask(): void {
  withheld = STEP_UMASK | process.umask(STEP_UMASK);
}

/** The mode of a new file of the engine: state files, journals, logs, records. */
export const fileMode = (): number => 0o666 & ~withheld;

/** The mode of a new folder of the engine. Folders of the image are not the engine's. */
export const folderMode = (): number => 0o777 & ~withheld;
