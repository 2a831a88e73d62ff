import { AppError } from '../../src-shared/errors';
import { THIS_COMPUTER } from '../../src-shared/hosts/model';
import type { HostView } from '../../src-shared/rpc/hosts';
import { routeByHost } from '../build-services';
import { Broadcast } from '../builds/broadcast';
import type { BuildServices, HostServices, RoutedBuildServices } from '../rpc/services';
import { Questions } from './questions';

/** All build hosts, and what they build. */
export function createHosts({ local }: { readonly local: BuildServices }): HostServices & RoutedBuildServices {
  const questions = new Questions();
  const views = new Broadcast<HostView[]>();
  const notYet = async (): Promise<never> => {
    throw new AppError('unsupported', 'Hosts that are reached over SSH cannot be used yet.');
  };
  return {
    hosts: {
      watch: async (_, { signal }) => views.read([[thisComputer]], signal),
      questions: async (_, { signal }) => questions.watch(signal),
      answer: async ({ id, answers, remember }) => questions.answer(id, answers && { answers, remember }),
      chosen: async () => ({ host: THIS_COMPUTER }),
      suggestions: async () => [],
      save: notYet,
      remove: notYet,
      connect: notYet,
      disconnect: notYet,
      test: notYet,
      choose: notYet,
      preflight: notYet,
      rights: notYet,
      list: notYet,
      openManifest: notYet,
    },
    ...routeByHost(() => local),
  };
}

const thisComputer: HostView = {
  entry: {
    id: THIS_COMPUTER,
    name: 'This computer',
    address: '',
    agent: false,
    keys: [],
    password: false,
    root: 'auto',
    engine: 'auto',
  },
  link: {
    state: 'ready',
    facts: { system: 'Linux', name: '', user: '', root: 'root', engine: 'slipway', version: '' },
  },
  builds: [],
};
