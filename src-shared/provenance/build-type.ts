import { homepage } from '../../package.json';
import type { Origin } from './origin';

/** The page of the manual that describes the statements: the schema of their parameters, and a complete example. */
export const BUILD_TYPE = `${homepage}/docs/provenance`;

/** Where the engine ran: started on this computer, or through SSH. */
export type BuildPlace = 'local' | 'ssh';

/**
 * The identifier of a build platform. Modes that differ in trust have different ones (SLSA provenance v1, `builder.id`). Each is a
 * heading of the page.
 */
export const builderId = (origin: Origin, place: BuildPlace): string => `${BUILD_TYPE}#builder-${origin}-${place}`;
