import { openIps } from '../../src-engine/packages/ips/ips-source';
import { serveIps } from './package-source-ips-server';
import { tempFolder } from '../support/temp-folder';
import { describePackageSource } from './package-source';

describePackageSource({
  name: 'IPS by its catalogue',
  lacks: undefined,
  properties: { kind: 'ips' },
  serve(packages) {
    const folder = tempFolder();
    return serveIps(packages, (url) => openIps([{ url, publisher: '' }], folder));
  },
});
