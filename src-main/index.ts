// Electron's main process: an ordered list of what is set up, nothing else.
import './program/threads';
import { app, dialog, safeStorage } from 'electron';
import { createApp } from './app';
import { surviveDefects } from './async/guard';
import { browserFolder, findPlaces } from './program/places';
import { createRouter, type Router } from './rpc/router';
import { documentOf, sampleDocument } from './program/start-document';
import { announceRuns } from './window/announce';
import { serveApp, registerAppScheme } from './window/app-protocol';
import { servePorts } from './window/carrier';
import { EventQueue } from './window/event-queue';
import { createMainWindow, type MainWindow } from './window/main-window';
import { setMenu } from './window/menu';
import { createWindowServices } from './window/services';
import { refuseEverythingElse } from './window/hardening';

const places = findPlaces(__dirname);
app.setPath('userData', browserFolder(places.state));
// As root, on test machines and build hosts, Chromium refuses a sandbox and would restart endlessly.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();

if (!app.requestSingleInstanceLock()) app.exit(0);
else void main().catch((error: unknown) => dialog.showErrorBox('Slipway cannot start', String(error)));

async function main(): Promise<void> {
  surviveDefects();
  registerAppScheme();
  const events = new EventQueue();
  // Another start may come before the window exists. Its file waits in the queue.
  let window: MainWindow | undefined = undefined;
  app.on('open-file', (event, path) => {
    event.preventDefault();
    events.push({ kind: 'open', path });
  });
  app.on('second-instance', (_, argv, folder) => {
    const path = documentOf(argv.slice(1), folder, app.getAppPath());
    if (path !== undefined) events.push({ kind: 'open', path });
    window?.show();
  });
  app.on('window-all-closed', () => app.quit());
  refuseEverythingElse();
  await app.whenReady();
  serveApp(__dirname);
  setMenu(events, []);
  // The window loads its page while the services are made.
  window = createMainWindow(__dirname, places.state, events);
  const router = createRoutes(events, () => window);
  servePorts(router);
  await router;
}

/** All calls that the window can make. */
async function createRoutes(events: EventQueue, window: () => MainWindow | undefined): Promise<Router> {
  const services = await createApp({ places, keychain: safeStorage, onRun: announceRuns(window) });
  const showRecent = async (): Promise<void> => setMenu(events, await services.documents.recent(undefined, {}));
  const documents = {
    ...services.documents,
    open: async (...call: Parameters<typeof services.documents.open>) => {
      const opened = await services.documents.open(...call);
      await showRecent();
      return opened;
    },
  };
  const startDocument =
    documentOf(process.argv.slice(1), process.cwd(), app.getAppPath()) ??
    (await sampleDocument(services, places.documents));
  const windowServices = createWindowServices({ events, places, startDocument, window });
  await showRecent();
  return createRouter({ ...services, documents, ...windowServices });
}
