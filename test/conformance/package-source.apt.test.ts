import { AptSource } from '../../src-engine/packages/apt/apt-source';
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
    return {
      url: repository.url,
      open: () => new AptSource([{ name: 'manifest.list', text: `deb ${repository.source}\n` }], folder),
      publish: (next) => repository.publish(debian(next)),
      cutOff: () => repository.cutOff(/Packages/, 60),
      mend: () => repository.mend(),
      forge: () => repository.replace(/Packages/, (content) => Buffer.concat([content, Buffer.from('x')])),
      stop: () => repository.stop(),
    };
  },
});
