import { isOfOtherRelease } from '../../repositories/releases';
import type { SourceEntry } from './source-entry';

/** Which sources are used. */
export interface Wanted {
  /** Sources of other releases are left out; `undefined`: all releases are used. */
  readonly release: string | undefined;
  readonly architecture: string | undefined;
}

/** The used part of a source as text, `undefined` when nothing of it is used, and why other parts are not. */
export interface Selected {
  readonly text: string | undefined;
  readonly reasons: readonly string[];
}

/** Selects the part of a source that can be used for an image. */
export function selectFrom(entry: SourceEntry, { release, architecture }: Wanted): Selected {
  const reasons: string[] = [];
  const addresses = entry.addresses.filter((address) => !/^cdrom:/i.test(address));
  if (addresses.length < entry.addresses.length)
    reasons.push('a CD or DVD (cdrom:) cannot be read. Remove it or comment it out if the medium is no longer used.');
  const isOther = (suite: string): boolean =>
    release !== undefined && addresses.some((address) => isOfOtherRelease(suite, address, release));
  const others = entry.suites.filter(isOther);
  if (others.length > 0) reasons.push(`${others.join(' ')} is not used, because the image is ${release ?? ''}.`);
  const suites = entry.suites.filter((suite) => !isOther(suite));
  const { architectures } = entry;
  const isForOthers =
    architectures !== undefined && architecture !== undefined && !architectures.includes(architecture);
  if (isForOthers)
    reasons.push(
      `it is not used, because it has packages for ${architectures.join(', ')} only, and not for ${architecture}.`,
    );
  const isUsed = addresses.length > 0 && suites.length > 0 && !isForOthers;
  return { text: isUsed ? entry.write(addresses, suites) : undefined, reasons };
}
