import {
  catalogueAnswer,
  filesAnswer,
  installedAnswer,
  packageDetails,
  resolveAnswer,
} from '../../src-shared/packages/model';
import type { BuildHost } from '../hosts/build-host';
import { readAnswer } from '../hosts/read-answer';
import type { BuildServices } from '../rpc/services';
import type { CatalogueTexts } from './catalogue-texts';

/** What repositories have and what is in images, as the engine of a host tells it. */
export function createPackages(host: BuildHost, texts: CatalogueTexts): BuildServices['packages'] {
  return {
    catalogue: async ({ path: manifest, source, refresh, known }, { signal }) => {
      const options = ['--stdin', ...(refresh ? ['--refresh'] : [])];
      const answer = readAnswer(
        catalogueAnswer,
        await host.ask({ subcommand: 'catalogue', manifest, options, input: source }, signal),
      );
      if (answer.revision === known) return answer;
      return { ...answer, text: await texts.read(host.transport, answer) };
    },
    show: async ({ path: manifest, source, name }, { signal }) =>
      readAnswer(
        packageDetails,
        // Behind `--`, a name that begins with a dash is a name.
        await host.ask(
          { subcommand: 'show', manifest, options: ['--stdin', '--'], operands: [name], input: source },
          signal,
        ),
      ),
    resolve: async ({ path: manifest, source }, { signal }) =>
      readAnswer(
        resolveAnswer,
        await host.ask({ subcommand: 'resolve', manifest, options: ['--stdin'], input: source }, signal),
      ),
    files: async ({ path: manifest, name }, { signal }) =>
      readAnswer(
        filesAnswer,
        await host.ask({ subcommand: 'installed', manifest, options: [`--files=${name}`] }, signal),
      ),
    installed: async ({ path: manifest, of }, { signal }) =>
      readAnswer(
        installedAnswer,
        await host.ask({ subcommand: 'installed', manifest, operands: of === undefined ? [] : [of] }, signal),
      ),
  };
}
