import { expect, it } from 'vitest';
import { contract } from '../../src-shared/rpc-contract';
import * as seams from '../support/case-seams';

const FUNCTIONS = [
  'aliasesOf',
  'ansiSpans',
  'applySplices',
  'Bundles',
  'configOf',
  'connectOptions',
  'createLogs',
  'createSshTransport',
  'decodeManifest',
  'encodeAsDeclared',
  'encodingThatMakes',
  'loadManifest',
  'moveAt',
  'packageLists',
  'parseJumps',
  'parseManifest',
  'plainText',
  'reachHost',
  'removeAt',
  'RunLog',
  'setField',
  'stepPaths',
] as const;

it('The fault cases find every function that they import under its old name.', () => {
  for (const name of FUNCTIONS) expect(seams[name], name).toBeTypeOf('function');
});

it('The fault cases find every RPC procedure that they call under its old name.', () => {
  for (const name of seams.CASE_PROCEDURES) {
    const [service = '', procedure = ''] = name.split('.');
    expect(contract, service).toHaveProperty([service, procedure]);
  }
});
