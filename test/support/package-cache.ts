import { join } from 'node:path';

/** The user cache of image builds and of the app in tests. Packages and package lists are downloaded once for all of them. */
export const PACKAGE_CACHE = join(import.meta.dirname, '../../node_modules/.cache/slipway-e2e');
