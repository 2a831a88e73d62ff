/**
 * The names that fault cases outside this repository import from the source, which must not change. A module that moves
 * or is renamed keeps its name here. The cases also use the RPC procedures of CASE_PROCEDURES.
 */
export { createLogs } from '../../src-main/services/logs';
export { RunLog } from '../../src-main/services/logs/run-log';
export { ansiSpans, plainText } from '../../src-shared/logs/ansi';

export { encodeAsDeclared, encodingThatMakes } from '../../src-shared/manifest/encode';
export { decodeManifest } from '../../src-shared/manifest/source';
export { parseManifest } from '../../src-shared/manifest/parse';
export { loadManifest } from '../../src-shared/manifest/load';
export { applySplices } from '../../src-shared/manifest/splice';
export { moveAt, removeAt, setField } from '../../src-shared/document/fields';
export { packageLists, stepPaths } from '../../src-shared/document/list-paths';

export { configOf } from '../../src-main/host-book/ssh-config';
export { aliasesNow as aliasesOf } from './aliases-now';
export { parseJumps } from '../../src-shared/hosts/model';
export { connectOptions } from '../../src-main/host-book/connect-options';
export { createSshTransport } from '../../src-main/transport/ssh/ssh-transport';
export { connectHost as reachHost } from '../../src-main/ssh-connections/connect-host';
export { Bundles } from '../../src-main/ssh-connections/bundles';

/** Procedures of the RPC contract that the cases call by name. */
export const CASE_PROCEDURES = [
  'builds.watch',
  'hosts.save',
  'hosts.connect',
  'hosts.openManifest',
  'media.copyOut',
] as const;
