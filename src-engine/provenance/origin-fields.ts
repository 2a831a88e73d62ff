import type { Medium } from '../../src-shared/engine-answers/media';
import type { RestsOn } from '../../src-shared/provenance/origin';
import type { MediumOrigin } from './media-origin';

/** The fields of a medium's origin in the answer of `media --json`. */
export function originFields(found: MediumOrigin): Readonly<
  Pick<Medium, 'origin' | 'originUnknown' | 'catalogue' | 'provenAt' | 'sha256'>
> & {
  readonly restsOn?: readonly RestsOn[];
} {
  if (found.origin === null) return { origin: null, originUnknown: found.unknown };
  const { origin, restsOn, catalogue, proof } = found;
  return {
    origin,
    restsOn,
    ...(catalogue !== undefined && { catalogue }),
    ...(proof && origin === 'proven' && { provenAt: proof.at, sha256: proof.sha256 }),
  };
}
