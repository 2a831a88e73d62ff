import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError } from '../../src-shared/errors';
import { mediumNamed } from '../boot-test/media';
import { openImage } from '../hygiene/open-image';
import type { ImageTree } from '../hygiene/tree';
import { readMedia } from './media';

/**
 * The path of an image on the command line: `FILE`, or `MANIFEST NAME` with an optional line. Throws `missing` when there
 * is none.
 */
export async function imageOperand([first = '', name]: readonly string[], line: string | undefined): Promise<string> {
  const image =
    name === undefined ? resolve(first) : (await readMedia(first, line, (folder) => mediumNamed(folder, name))).path;
  if (!existsSync(image)) throw new AppError('missing', `There is no ${image}.`);
  return image;
}

/** Opens an image while `use` runs. What had to be taken out of it is removed afterwards. */
export async function withImage<T>(image: string, use: (trees: readonly ImageTree[]) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-image-'));
  try {
    return await use(await openImage(image, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
