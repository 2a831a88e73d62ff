import { open } from 'node:fs/promises';
import { AppError } from '../../../src-shared/errors';
import { withoutLogin } from '../../../src-shared/without-login';
import { localFolder } from '../../repositories/probe';

/** The first bytes of a package archive: the name of its first member. */
const FIRST_MEMBER = 'pkg5.index.';

/** Whether an address is a package archive, which is one file. */
export async function isPackageArchive(address: string): Promise<boolean> {
  const path = localFolder(address);
  if (/\.p5p$/i.test(address)) return true;
  if (path === undefined) return false;
  const file = await open(path).catch(() => undefined); // reading it as a repository reports why it cannot be read
  if (!file) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_MEMBER.length), 0, FIRST_MEMBER.length, 0);
    return buffer.toString('latin1', 0, bytesRead) === FIRST_MEMBER;
  } catch {
    return false; // a folder
  } finally {
    await file.close();
  }
}

/** The error of a manifest whose only repositories are archives. */
export const onlyArchives = (address: string): AppError =>
  new AppError(
    'unsupported',
    archiveMessage(address),
    `pkg takes it in a build. To choose packages from it here, unpack it into a repository: pkgrecv -s ${withoutLogin(address)} -d FOLDER '*'`,
  );

/** The sentence about a repository that is an archive. */
export const archiveMessage = (address: string): string =>
  `${withoutLogin(address)} is a package archive (.p5p), whose packages cannot be listed here.`;
