import { absent, realpath } from '../../system/files';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import type { Target } from '../../../src-shared/rpc/common';
import type { TrustQuestion } from '../../../src-shared/rpc/trust';
import { isNewFolder } from '../../files/made';
import type { TrustServices } from '../../rpc/services';
import { identityOf, type FolderIdentity } from './folder-identity';
import { shownScripts } from './shown-scripts';
import { TrustedFolders } from './trusted-folders';

/** The account that steps run as on a host; a host that is not connected is connected to. */
export type AccountOn = (host: string) => Promise<string>;

/**
 * Trust before code: nothing of a document's folder runs before the user has made the folder here, or has been shown its scripts and has
 * agreed, once for each folder and account. Another folder at the same path is asked about again.
 */
export class Trust {
  readonly #folders: TrustedFolders;
  readonly #accountOn: AccountOn;
  /** The folders that were shown last, because another one may take the place of one before the user's consent. */
  readonly #shown = new Map<string, FolderIdentity | undefined>();

  constructor(state: string, accountOn: AccountOn) {
    this.#folders = new TrustedFolders(state);
    this.#accountOn = accountOn;
  }

  get services(): TrustServices['trust'] {
    return {
      check: (target) => this.#check(target),
      accept: async ({ path, host }) => {
        const folder = await folderOf(path);
        await this.#folders.add({ folder, host, account: await this.#accountOn(host) }, this.#shown.get(folder));
      },
    };
  }

  /**
   * Runs the work that makes a document in a folder. The folder counts as made here when it did not exist or was empty before: other
   * files in it have another author. One that cannot be remembered is asked about at its first build.
   */
  async making<T>(folder: string, make: () => Promise<T>): Promise<T> {
    const isNew = await isNewFolder(folder);
    const made = await make();
    // A failure is no loss: the user is asked at the first build.
    if (isNew) await this.#folders.add({ folder: await real(resolve(folder)) }).catch(() => undefined);
    return made;
  }

  /**
   * Runs the work that saves a copy of a document. A copy of one that was made here is made here too. Any other brings code of another
   * author, and the user is asked about its new folder. Throws `refused`, with nothing copied, when that cannot be remembered.
   */
  async copying<T>(from: string, to: string, copy: () => Promise<T>): Promise<T> {
    const [source, target] = [await folderOf(from), await folderOf(to)];
    if (source === target) return copy();
    if (await this.#folders.isMade(source)) return this.making(target, copy);
    await this.#folders.forget(target);
    return copy();
  }

  /** Forgets the trust in a document's folder, for one that came from elsewhere. Throws `refused` when that cannot be remembered. */
  async cameFromElsewhere(path: string): Promise<void> {
    await this.#folders.forget(await folderOf(path));
  }

  /** Throws `refused` for a document whose scripts may not run on the host yet. */
  async assert({ path, host }: Target): Promise<void> {
    const folder = await folderOf(path);
    if ((await this.#folders.isMade(folder)) || (await this.#folders.has(folder, host, await this.#accountOn(host))))
      return;
    throw new AppError(
      'refused',
      `The scripts of ${folder} have not been trusted on this host yet.`,
      'Build in the window, which shows the scripts first.',
    );
  }

  async #check({ path, host }: Target): Promise<TrustQuestion> {
    const folder = await folderOf(path);
    const isMade = await this.#folders.isMade(folder);
    const account = isMade ? '' : await this.#accountOn(host);
    const isTrusted = isMade || (await this.#folders.has(folder, host, account));
    if (!isTrusted) this.#shown.set(folder, await identityOf(folder));
    const shown = isTrusted ? { scripts: [], environment: [] } : await shownScripts({ path, host });
    return { isTrusted, folder, account, ...shown };
  }
}

/** The folder that a document's scripts run from, links resolved. That of a linked manifest is the link's own. */
const folderOf = (path: string): Promise<string> => real(dirname(resolve(path)));

/** An absolute path with links resolved; its last parts need not exist. */
async function real(path: string): Promise<string> {
  const found = await realpath(path).catch(absent);
  return found ?? (dirname(path) === path ? path : join(await real(dirname(path)), basename(path)));
}
