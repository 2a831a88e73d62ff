import { version as packageVersion } from '../../package.json';

/** The app's version. */
export const version: string = packageVersion;
