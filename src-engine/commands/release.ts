import { hostname } from 'node:os';
import type { ReleaseAnswer, ReleasesAnswer } from '../../src-shared/engine-answers/release';
import { AppError } from '../../src-shared/errors';
import { dateTime } from '../../src-shared/format';
import { ageText } from '../../src-shared/provenance/origin-text';
import { mediumNamed } from '../boot-test/media';
import { MediaOrigins, type MediumOrigin } from '../provenance/media-origin';
import { addRelease, readReleases, type Release } from '../provenance/releases';
import { sha256Of } from '../system/sha256';
import { defineCommand, JSON_OPTION, type OptionTable, type Parsed } from './command';
import { openPlaces, type AreaContext } from './context';
import { printAnswer, printLines } from './print';
import { underLock } from './under-lock';

const OPTIONS = {
  reason: { type: 'string', value: 'TEXT', description: 'release it although its origin is not proven; recorded' },
  list: { type: 'boolean', description: 'print the releases of the build area' },
  json: JSON_OPTION,
} as const satisfies OptionTable;

export const releaseCommand = defineCommand({
  name: 'release',
  summary: 'records that an image is released, if its origin is good',
  usage: ['[--reason TEXT] [--json] NAME MANIFEST', '--list [--json] MANIFEST'],
  description: [
    'Records name, SHA-256, origin and date of a finished image in the build area. NAME is an image as `media` lists it. An image that is resumed and not proven, or whose origin is unknown, is refused: `prove` it first, or give a reason.',
  ],
  options: OPTIONS,
  operands: { min: 1, max: 2 },
  run,
});

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<number> {
  const { json = false, list = false } = values;
  const [first = '', second] = positionals;
  if (list !== (second === undefined))
    throw new AppError('usage', list ? 'release --list takes only a manifest.' : 'An argument of release is missing.');
  if (list) return printReleases(readReleases((await openPlaces(first)).area), json);
  const reason = values.reason?.trim();
  if (reason === '') throw new AppError('usage', 'The reason is empty.');
  const operand = second ?? '';
  const before = await openPlaces(operand);
  await mediumNamed(before.area.media, first);
  const release = await underLock(before, operand, 'lines', (context) => recorded(context, first, reason));
  if (json) printAnswer<ReleaseAnswer>(release);
  else printLines([`Released ${release.name}: ${release.origin ?? 'origin unknown'}, SHA-256 ${release.sha256}`]);
  return 0;
}

async function recorded({ area, file }: AreaContext, name: string, reason: string | undefined): Promise<Release> {
  const medium = await mediumNamed(area.media, name);
  const found = new MediaOrigins(area, file.path).of(medium);
  const refusal = reason === undefined ? refusalOf(name, found) : undefined;
  if (refusal) throw refusal;
  const release: Release = {
    name,
    sha256: await sha256Of(medium.path),
    size: medium.size,
    origin: found.origin,
    run: found.origin === null ? null : found.made.run,
    reason: reason ?? null,
    at: Math.floor(Date.now() / 1000),
    host: hostname(),
  };
  addRelease(area, release);
  return release;
}

function refusalOf(name: string, found: MediumOrigin): AppError | undefined {
  const withReason = 'To release it anyway, give the reason: --reason TEXT';
  if (found.origin === null)
    return new AppError(
      'refused',
      `The origin of ${name} is unknown: ${found.unknown}.`,
      `Build it again. ${withReason}`,
    );
  const [oldest] = found.restsOn;
  if (found.origin !== 'resumed' || !oldest) return undefined;
  const { step, at } = oldest;
  return new AppError(
    'refused',
    `${name} is resumed and not proven: it rests on the checkpoint before ${step} of ${dateTime(new Date(at * 1000))}, which is ${ageText(at)}.`,
    `Rebuild it from the beginning and compare: distro_const prove ${name} MANIFEST. ${withReason}`,
  );
}

function printReleases(releases: readonly Release[], json: boolean): number {
  if (json) printAnswer<ReleasesAnswer>({ releases });
  else
    printLines(
      releases.length === 0
        ? ['Nothing was released yet.']
        : releases.map(({ at, name, sha256, origin, reason }) =>
            [
              dateTime(new Date(at * 1000)),
              sha256,
              (origin ?? '-').padEnd(7),
              name,
              ...(reason ? [`(${reason})`] : []),
            ].join('  '),
          ),
    );
  return 0;
}
