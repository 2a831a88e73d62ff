import { chownSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { TrustedFolders } from '../../../src-main/services/trust/trusted-folders';
import { tempFolder } from '../../support/temp-folder';

const OTHER = 4321;
afterEach(() => void vi.unstubAllEnvs());

async function listOf(account: number): Promise<{ folders: TrustedFolders; file: string }> {
  const state = tempFolder();
  const folders = new TrustedFolders(state);
  await folders.add({ folder: '/x' });
  const file = join(state, 'trusted.json');
  chownSync(file, account, account);
  return { folders, file };
}

it.skipIf(process.getuid?.() !== 0)('A list of another account trusts nothing, and stays as it is.', async () => {
  const { folders, file } = await listOf(OTHER);
  const before = readFileSync(file, 'utf8');
  expect(await folders.isMade('/x')).toBe(false);
  expect(await folders.has('/x', 'here', 'root')).toBe(false);
  await expect(folders.add({ folder: '/y' })).rejects.toThrow(`${file} belongs to another account, and is not used.`);
  expect(readFileSync(file, 'utf8')).toBe(before);
});

it.skipIf(process.getuid?.() !== 0)('With sudo, the list of the calling account counts.', async () => {
  vi.stubEnv('SUDO_UID', String(OTHER));
  const { folders } = await listOf(OTHER);
  expect(await folders.isMade('/x')).toBe(true);
});
