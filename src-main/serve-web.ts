// Browser mode: the designer as a page, for computers without a display or an Electron binary.
import './program/threads';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf } from '../src-shared/errors';
import { createApp } from './app';
import { surviveDefects } from './async/guard';
import { findPlaces } from './program/places';
import { createRouter } from './rpc/router';
import { documentOf, sampleDocument } from './program/start-document';
import { version } from './program/version';
import { openBrowser } from './web/open-browser';
import { portOf } from './web/port';
import { startWebServer } from './web/server';
import { EventQueue } from './window/event-queue';
import { listFolder } from './window/list-folder';

async function main(): Promise<void> {
  surviveDefects();
  const { values, positionals } = parseArgs({
    options: { port: { type: 'string' }, open: { type: 'boolean' } },
    allowPositionals: true,
  });
  const port = portOf(values.port);
  const places = findPlaces(__dirname);
  const services = await createApp({ places });
  const startDocument = documentOf(positionals, process.cwd()) ?? (await sampleDocument(services, places.documents));
  const router = createRouter({
    ...services,
    app: {
      info: async () => ({
        carrier: 'browser',
        version,
        documentsFolder: places.documents,
        ...(startDocument !== undefined && { startDocument }),
      }),
      // No other program opens files here. Each page has its own queue, so that a reloaded page does not wait for the old one.
      events: async (_, { signal }) => new EventQueue().read(signal),
      setWindowState: async () => undefined,
      closeWindow: async () => undefined,
    },
    dialogs: {
      pick: async () => ({ available: false }),
      list: ({ folder }) => listFolder(folder),
    },
  });
  const server = await startWebServer(join(__dirname, '../renderer'), router, port);
  const hasDisplay = [process.env['DISPLAY'], process.env['WAYLAND_DISPLAY']].some(Boolean);
  const forgetPage = values.open && hasDisplay ? openBrowser(server.url, places.state) : undefined;
  process.once('exit', () => forgetPage?.());
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void server.close().then(() => process.exit(0)));
  process.stdout.write(`Slipway is open at ${server.url}\n`);
}

void main().catch((error: unknown) => {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exit(1);
});
