import { join } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import * as z from 'zod';
import { changeAlone } from '../../files/shared-file';
import { readState } from '../../files/state-file';
import { writeState } from '../../files/text-files';
import { absent, lstat } from '../../system/files';
import { folderIdentity, identityOf, isSameFolder, type FolderIdentity } from './folder-identity';

/** The oldest are forgotten: the user is asked again. */
const MAX_ENTRIES = 1000;

/**
 * A host and an account there; for a folder that was made here they are missing: it may run everywhere. An entry without an identity, of
 * an earlier version, gets that of the folder when it is used.
 */
const entry = z.object({
  folder: z.string(),
  host: z.string().optional(),
  account: z.string().optional(),
  identity: folderIdentity.optional(),
});
const list = z.array(entry);

export type TrustedFolder = z.output<typeof entry>;

/** The folders whose scripts may run, in a private file of the app's state. A file that cannot be read trusts nothing. */
export class TrustedFolders {
  readonly #file: string;
  readonly #locks: string;

  constructor(state: string) {
    this.#file = join(state, 'trusted.json');
    this.#locks = join(state, 'locks');
  }

  async has(folder: string, host: string, account: string): Promise<boolean> {
    return (await this.#valid(folder)).some(
      (one) => one.host === undefined || (one.host === host && one.account === account),
    );
  }

  /** Whether the folder was made by this app. */
  async isMade(folder: string): Promise<boolean> {
    return (await this.#valid(folder)).some((one) => one.host === undefined);
  }

  /**
   * Throws `refused` when it cannot be kept.
   *
   * @param seen the folder as the user was asked about it; missing: as it is now
   */
  async add(added: Omit<TrustedFolder, 'identity'>, seen?: FolderIdentity): Promise<void> {
    const identity = seen ?? (await identityOf(added.folder));
    const isAbout = ({ folder, host, account }: TrustedFolder): boolean =>
      folder === added.folder && host === added.host && account === added.account;
    await changeAlone(this.#locks, this.#file, async () => {
      const others = (await this.#read()).filter((one) => !isAbout(one));
      await this.#write([...others, { ...added, ...(identity && { identity }) }].slice(-MAX_ENTRIES));
    });
  }

  /** Removes a folder with all its accounts. Throws `refused` when that cannot be kept. */
  async forget(folder: string): Promise<void> {
    // A list that cannot be read trusts nothing.
    if (!(await this.#known()).some((one) => one.folder === folder)) return;
    await changeAlone(this.#locks, this.#file, async () => {
      const others = (await this.#read()).filter((one) => one.folder !== folder);
      await this.#write(others);
    });
  }

  /** The entries of a folder that is still the one they are about. */
  async #valid(folder: string): Promise<readonly TrustedFolder[]> {
    const own = (await this.#known()).filter((one) => one.folder === folder);
    if (own.length === 0) return own;
    const present = await identityOf(folder);
    if (present && own.some(({ identity }) => identity === undefined)) await this.#bind(folder, present);
    return own.filter(({ identity }) => identity === undefined || isSameFolder(identity, present));
  }

  /** Gives an identity to entries without one. When that cannot be kept, the next use tries again. */
  async #bind(folder: string, identity: FolderIdentity): Promise<void> {
    await changeAlone(this.#locks, this.#file, async () => {
      const all = await this.#read();
      await this.#write(all.map((one) => (one.folder === folder ? { identity, ...one } : one)));
    }).catch(() => undefined);
  }

  #known(): Promise<readonly TrustedFolder[]> {
    return this.#read().catch(() => []);
  }

  #write(folders: readonly TrustedFolder[]): Promise<void> {
    return writeState(this.#file, `${JSON.stringify(folders, null, 2)}\n`);
  }

  async #read(): Promise<readonly TrustedFolder[]> {
    await assertOwn(this.#file);
    return (await readState(this.#file, 'list of trusted folders', (json) => list.parse(json))).content ?? [];
  }
}

/**
 * Throws `refused` for a list of another account, which could let its scripts run here. The account that started Slipway with `sudo` can
 * become root anyway.
 */
async function assertOwn(file: string): Promise<void> {
  const found = await lstat(file).catch(absent);
  const own = process.getuid?.();
  if (!found || own === undefined) return;
  const caller = own === 0 ? Number(process.env['SUDO_UID'] || 0) : 0;
  if ([own, 0, caller].includes(found.uid)) return;
  throw new AppError(
    'refused',
    `The list of trusted folders ${file} belongs to another account, and is not used.`,
    'Remove it, or set `SLIPWAY_STATE` to a folder of this account.',
  );
}
