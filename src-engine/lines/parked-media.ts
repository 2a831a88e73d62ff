import {
  copyFileSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import type { BuildArea } from '../area/area';
import { exists, makeFolders } from '../system/files';
import { parkedPlace } from './parked-records';

/** In a media folder on another file system: renames work only inside it. Listings of media skip hidden names. */
const HIDDEN = '.slipway-lines';

/** Moves the media of the build data's line away. Repeating it moves what is left. */
export function parkMedia(area: BuildArea, line: string): void {
  const home = homeFor(area, line);
  makeFolders(home);
  moveAll(area.media, home);
}

/** Moves the media of a line back. */
export function restoreMedia(area: BuildArea, line: string): void {
  for (const home of homesOf(area, line)) {
    moveAll(home, area.media);
    rmSync(home, { recursive: true, force: true });
  }
}

/** Removes the media of a parked line. */
export function removeMedia(area: BuildArea, line: string): void {
  for (const home of homesOf(area, line)) rmSync(home, { recursive: true, force: true });
  const hidden = join(area.media, HIDDEN);
  if (exists(hidden) && readdirSync(hidden).length === 0) rmSync(hidden, { recursive: true });
}

/**
 * Copies the media of a parked line that the steps before a checkpoint have made, because the steps after it may need
 * them. The content is shared where the file system can do that.
 *
 * @param before when the last of these steps ended, in seconds since the epoch
 */
export function copyMedia(area: BuildArea, line: string, before: number): void {
  for (const home of homesOf(area, line)) copyOlder(home, area.media, before);
}

/** Whether a parked line has a file of this name among its media. */
export function hasMedium(area: BuildArea, line: string, name: string): boolean {
  return homesOf(area, line).some((home) => exists(join(home, name)));
}

/** The folder with the media of a parked line, which may not exist. */
export function parkedMedia(area: BuildArea, line: string): string {
  return homesOf(area, line)[0] ?? homeFor(area, line);
}

function homeFor(area: BuildArea, line: string): string {
  const isSame = statSync(area.media).dev === statSync(area.stateFolder).dev;
  return isSame ? join(parkedPlace(area, line).mountpoint, 'media') : join(area.media, HIDDEN, line);
}

/** Both places: the media folder may have been on another file system when the line was parked. */
function homesOf(area: BuildArea, line: string): string[] {
  return [join(parkedPlace(area, line).mountpoint, 'media'), join(area.media, HIDDEN, line)].filter(exists);
}

function moveAll(from: string, to: string): void {
  for (const name of readdirSync(from)) if (name !== HIDDEN) renameSync(join(from, name), join(to, name));
}

function copyOlder(from: string, to: string, before: number): void {
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    const stats = lstatSync(source);
    if (stats.isDirectory()) {
      if (stats.birthtimeMs / 1000 >= before) continue;
      mkdirSync(target, { recursive: true });
      copyOlder(source, target, before);
    } else if (stats.isFile() && stats.mtimeMs / 1000 <= before) {
      copyFileSync(source, target, constants.COPYFILE_FICLONE);
      utimesSync(target, stats.atime, stats.mtime);
    }
  }
}
