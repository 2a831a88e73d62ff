import { thisComputer } from '../../src-main/build-hosts/engine/this-computer';
import { ENGINE } from '../support/build-host';
import { TestProject } from '../support/engine';
import { describeBuildHost } from './build-host';

describeBuildHost({
  name: 'this computer',
  lacks: undefined,
  properties: { knowsFreshness: true, movesPause: true, prunes: true, readsFiles: true, hasOwnCommands: true },
  open: (steps) => ({ host: thisComputer(ENGINE), project: new TestProject({ steps }) }),
});
