import { absent, realpath } from '../../system/files';
import { dirname, resolve } from 'node:path';
import { AppError } from '../../../src-shared/errors';
import type { Target } from '../../../src-shared/rpc/common';
import type { TrustQuestion } from '../../../src-shared/rpc/trust';
import type { TrustServices } from '../../rpc/services';
import { shownScripts } from './shown-scripts';
import { TrustedFolders } from './trusted-folders';

/** The account that steps run as on a host; a host that is not connected is connected to. */
export type AccountOn = (host: string) => Promise<string>;

/**
 * Trust before code: nothing of a document's folder runs before the user has made the folder here, or has been shown its scripts and has
 * agreed, once for each folder and account.
 */
export class Trust {
  readonly #folders: TrustedFolders;
  readonly #accountOn: AccountOn;

  constructor(state: string, accountOn: AccountOn) {
    this.#folders = new TrustedFolders(state);
    this.#accountOn = accountOn;
  }

  get services(): TrustServices['trust'] {
    return {
      check: (target) => this.#check(target),
      accept: async ({ path, host }) =>
        this.#folders.add({ folder: await folderOf(path), host, account: await this.#accountOn(host) }),
    };
  }

  /** Remembers a document that was made here. A folder that cannot be remembered is asked about at its first build. */
  async made(path: string): Promise<void> {
    // Then the user is asked at the first build.
    await this.#folders.add({ folder: await folderOf(path) }).catch(() => undefined);
  }

  /** A copy of a document that was made here is made here too. */
  async copied(from: string, to: string): Promise<void> {
    if (await this.#folders.isMade(await folderOf(from))) await this.made(to);
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
    return { isTrusted, folder, account, scripts: isTrusted ? [] : await shownScripts({ path, host }) };
  }
}

async function folderOf(path: string): Promise<string> {
  return dirname(await realpath(path).catch((error: unknown) => absent(error) ?? resolve(path)));
}
