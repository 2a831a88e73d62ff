import { FakePkg, planOf } from '../support/fake-pkg';
import { fullVersion } from '../support/ips-publisher';
import { serveIps } from './package-source-ips-server';
import { describePackageSource } from './package-source';

const PLAN = planOf(...['editor', 'library'].map((name) => `pkg://openindiana.org/${name}@${fullVersion()}`));

describePackageSource({
  name: 'IPS by pkg(1), which a script stands in for',
  lacks: undefined,
  properties: { kind: 'ips' },
  serve(packages) {
    let fake: FakePkg | undefined;
    return serveIps(packages, (url) => (fake ??= new FakePkg(url, `echo '${PLAN}'`)).open());
  },
});
