import { implement } from '@orpc/server';
import { contract } from '../../src-shared/rpc-contract';
import { toWireError } from './errors';
import type { Services } from './services';

const os = implement(contract);

/** Serves the contract from plain services. Arguments were parsed by the contract's schemas before a service sees them. */
export function createRouter(services: Services) {
  const guarded = os.use(async ({ next }) => {
    try {
      return await next();
    } catch (error) {
      throw toWireError(error);
    }
  });
  const { app, dialogs, documents, scripts, templates, exporting } = services;
  return guarded.router({
    app: {
      info: guarded.app.info.handler(({ input, signal }) => app.info(input, { signal })),
      events: guarded.app.events.handler(({ signal }) => app.events(undefined, { signal })),
      setWindowState: guarded.app.setWindowState.handler(({ input, signal }) => app.setWindowState(input, { signal })),
      closeWindow: guarded.app.closeWindow.handler(({ input, signal }) => app.closeWindow(input, { signal })),
    },
    dialogs: {
      pick: guarded.dialogs.pick.handler(({ input, signal }) => dialogs.pick(input, { signal })),
      list: guarded.dialogs.list.handler(({ input, signal }) => dialogs.list(input, { signal })),
    },
    documents: {
      open: guarded.documents.open.handler(({ input, signal }) => documents.open(input, { signal })),
      save: guarded.documents.save.handler(({ input, signal }) => documents.save(input, { signal })),
      saveAs: guarded.documents.saveAs.handler(({ input, signal }) => documents.saveAs(input, { signal })),
      keepForRecovery: guarded.documents.keepForRecovery.handler(({ input, signal }) =>
        documents.keepForRecovery(input, { signal }),
      ),
      forgetRecovery: guarded.documents.forgetRecovery.handler(({ input, signal }) =>
        documents.forgetRecovery(input, { signal }),
      ),
      nextChange: guarded.documents.nextChange.handler(({ input, signal }) => documents.nextChange(input, { signal })),
      recent: guarded.documents.recent.handler(({ input, signal }) => documents.recent(input, { signal })),
      forgetRecent: guarded.documents.forgetRecent.handler(({ input, signal }) =>
        documents.forgetRecent(input, { signal }),
      ),
    },
    scripts: {
      write: guarded.scripts.write.handler(({ input, signal }) => scripts.write(input, { signal })),
      addFinalizer: guarded.scripts.addFinalizer.handler(({ input, signal }) =>
        scripts.addFinalizer(input, { signal }),
      ),
      palette: guarded.scripts.palette.handler(({ input, signal }) => scripts.palette(input, { signal })),
    },
    templates: {
      list: guarded.templates.list.handler(({ input, signal }) => templates.list(input, { signal })),
      create: guarded.templates.create.handler(({ input, signal }) => templates.create(input, { signal })),
    },
    exporting: {
      check: guarded.exporting.check.handler(({ input, signal }) => exporting.check(input, { signal })),
      write: guarded.exporting.write.handler(({ input, signal }) => exporting.write(input, { signal })),
    },
  });
}

/** The served contract, for a carrier's handler. */
export type Router = ReturnType<typeof createRouter>;
