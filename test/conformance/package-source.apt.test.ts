import { AptSource } from '../../src-engine/packages/apt/apt-source';
import { aptSetup } from '../../src-engine/packages/apt/setup';
import { AptRepository, type TestPackage } from '../support/apt-repository';
import { lacksTool } from '../support/run-tool';
import { tempFolder } from '../support/temp-folder';
import { describePackageSource, type OfferedPackage } from './package-source';

const debian = (packages: readonly OfferedPackage[]): TestPackage[] =>
  packages.map(({ needs = [], ...one }) => ({ ...one, ...(needs.length > 0 && { depends: needs.join(', ') }) }));

describePackageSource({
  name: 'APT',
  lacks: lacksTool('apt-get', 'gpg'),
  properties: { kind: 'apt' },
  async serve(packages) {
    const repository = await AptRepository.serve(debian(packages));
    const folder = tempFolder();
    const archives = [repository.source];
    const declared = { kind: 'apt', usesHostApt: false, isHostsRelease: false, suite: 'test', components: [] } as const;
    const setup = await aptSetup({ ...declared, archives });
    return {
      url: repository.url,
      open: () => new AptSource(setup, folder),
      publish: (next) => repository.publish(debian(next)),
      cutOff: () => repository.cutOff(/Packages/, 60),
      mend: () => repository.mend(),
      forge: () => repository.replace(/Packages/, (content) => Buffer.concat([content, Buffer.from('x')])),
      stop: () => repository.stop(),
    };
  },
});
