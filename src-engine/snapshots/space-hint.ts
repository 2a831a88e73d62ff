import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stepOfSnapshot } from '../../src-shared/checkpoints/model';

/**
 * What the user can do about the full disk of a build area: only what the area has is named.
 *
 * @param then what comes after that, as a clause
 * @param hasCheckpoints whether there are checkpoints to remove; missing: asks the area's records of them
 */
export function spaceHint(
  mountpoint: string,
  then: string,
  hasCheckpoints = namesIn(mountpoint).some((name) => stepOfSnapshot(name) !== undefined),
): string {
  const media = join(mountpoint, 'media');
  const found = [
    hasCheckpoints ? 'Checkpoints are removed by: distro_const prune --from STEP --yes MANIFEST' : '',
    hasParkedLines(mountpoint) ? 'Parked lines that can be removed are listed by: distro_const lines MANIFEST' : '',
    namesIn(media).some((name) => !name.startsWith('.')) ? `Images are in ${media}` : '',
  ].filter((part) => part !== '');
  const what =
    found.length > 0
      ? found
      : [
          'The build area has no checkpoints, parked lines or images: remove other files, or name a build_area on a larger disk.',
        ];
  return [`Free space there, then ${then}.`, ...what].join('\n');
}

const hasParkedLines = (mountpoint: string): boolean =>
  entriesOf(join(mountpoint, '.slipway/lines')).some((entry) => entry.isDirectory());

const namesIn = (folder: string): string[] => entriesOf(folder).map(({ name }) => name);

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // the full disk is the error to report
  }
}
