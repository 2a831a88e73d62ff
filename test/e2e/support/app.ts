import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { electronFor } from '../../support/electron-runtime';
import { PACKAGE_CACHE } from '../../support/package-cache';
import { recordAnnouncements } from './announcements';
import { connectChromium } from './chromium';
import { closeAtEnd } from './closing';
import { watchConsole } from './console-messages';
import { display } from './display';
import { endProgram } from './end-program';
import { reportPageOnFailure } from './failure-report';
import { readFirstLine } from './first-line';

/** A main process that throws shows a dialog and waits for a click. A shared machine may need minutes for a start. */
const START_TIMEOUT_MS = 180_000;

const root = join(import.meta.dirname, '../../..');

/** What the app is opened with. */
export interface OpenOptions {
  /** The manifest to open. */
  readonly document?: string;
  /** Whether another author made the document. The window then asks before it builds. */
  readonly isForeign?: boolean;
  /** A folder for the app's state from one start to the next. Without it the app starts as on a new computer. */
  readonly state?: string;
  /** The page's size in CSS pixels. */
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
  /** Added to the environment of the main process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Another project than this one, with the same `out/main`. */
  readonly project?: string;
  /** Console messages that the test causes on purpose. Any other message fails the test. */
  readonly expectedMessages?: readonly RegExp[];
}

/** The open app. */
export interface OpenApp {
  readonly page: Page;
  /** The folder of the app's state. */
  readonly state: string;
  /** The main process: Electron's, or the server of browser mode. */
  readonly main: ChildProcess;
  /** Ends the app at once, without a question about unsaved work. Also called at the end of the test. */
  close(): Promise<void>;
}

/** The desktop app, with its main process. */
export interface OpenDesktopApp extends OpenApp {
  readonly electron: ElectronApplication;
}

/** Opens the designer as a web page: a server of browser mode for the test, and a context of the shared Chromium. */
export async function openInChromium(options: OpenOptions = {}): Promise<OpenApp> {
  const { env, state, messages, whenClosed, close } = await place(options);
  // Several threads that collect garbage wait for each other on a busy machine.
  const argv = ['--v8-pool-size=1', join(options.project ?? root, 'out/main/serve-web.cjs'), '--port', '0'];
  if (options.document !== undefined) argv.push(options.document);
  const server = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  whenClosed(() => endProgram(server));
  const url = await readFirstLine(server, server.stdout, /^Slipway is open at (http:\S+)$/);
  const browser = await connectChromium();
  whenClosed(() => browser.close());
  const { width = 1280, height = 800, theme = 'light' } = options;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
  messages.watch(context);
  const page = await context.newPage();
  reportPageOnFailure(page);
  await recordAnnouncements(page);
  await page.goto(url);
  return { page, state, main: server, close };
}

/** Opens the designer as the desktop app. */
export async function openInElectron(options: OpenOptions = {}): Promise<OpenDesktopApp> {
  const DISPLAY = await display();
  const { env, state, messages, whenClosed, close } = await place(options);
  const executablePath = await electronFor(options.project ?? root);
  whenClosed(() => removeFolder(dirname(executablePath)));
  const args = ['--no-sandbox', '--disable-gpu'];
  if (options.document !== undefined) args.push(options.document);
  const { width = 1280, height = 800, theme = 'light' } = options;
  const app = await _electron.launch({
    executablePath,
    args,
    colorScheme: theme,
    timeout: START_TIMEOUT_MS,
    env: { ...env, DISPLAY, DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
  });
  const main = app.process();
  whenClosed(async () => {
    // `app.close()` would ask the window, which may ask the user.
    void app.evaluate((electron) => electron.app.exit(0)).catch(() => undefined);
    await endProgram(main, false);
  });
  messages.watch(app.context());
  const page = await app.firstWindow({ timeout: START_TIMEOUT_MS }).catch((error: unknown) => {
    throw new Error('no window came; with DEBUG=pw:browser the main process prints why', { cause: error });
  });
  reportPageOnFailure(page);
  await recordAnnouncements(page);
  await app.evaluate(({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0]?.setContentSize(w, h), [
    width,
    height,
  ] as const);
  return { page, electron: app, main, state, close };
}

/** The test's own home and state folder, and what must be closed, in reverse order. */
async function place(options: OpenOptions) {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-e2e-'));
  const home = join(folder, 'home');
  const state = options.state ?? join(folder, 'state');
  await mkdir(home);
  if (options.document !== undefined && options.isForeign !== true) await trustFolder(state, dirname(options.document));
  const { close, whenClosed } = closeAtEnd();
  // Registered first, so that messages during closing count too.
  const messages = watchConsole(options.expectedMessages);
  whenClosed(() => messages.check());
  whenClosed(() => removeFolder(folder));
  // Removes the tester's own settings: folders (XDG_CONFIG_HOME ...) and those of Electron.
  const ours = Object.entries(process.env).filter(([name]) => !/^(XDG|ELECTRON|SLIPWAY)_/.test(name));
  const env = {
    ...(Object.fromEntries(ours) as Record<string, string>),
    HOME: home,
    XDG_CACHE_HOME: PACKAGE_CACHE,
    SLIPWAY_STATE: state,
    ...options.env,
  };
  return { env, state, messages, close, whenClosed };
}

/** Marks a document as made by this app. */
export async function trustFolder(state: string, folder: string): Promise<void> {
  const file = join(state, 'trusted.json');
  const known = JSON.parse(await readFile(file, 'utf8').catch(() => '[]')) as object[];
  await mkdir(state, { recursive: true });
  await writeFile(file, JSON.stringify([...known, { folder: await realpath(folder) }]));
}

/** Child processes of browsers may still be writing there. */
function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
