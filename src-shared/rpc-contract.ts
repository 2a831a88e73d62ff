import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { accounts } from './rpc/accounts';
import { builds } from './rpc/builds';
import { hosts } from './rpc/hosts';
import { listing, path } from './rpc/common';
import { inside } from './rpc/checkpoint-files';
import { logs } from './rpc/logs';
import { media } from './rpc/media';
import { packages } from './rpc/packages';
import { shell } from './rpc/checkpoint-shell';
import { support } from './rpc/support-bundle';
import { trust } from './rpc/trust';

/**
 * Every call from the window to the main process. Two carriers serve it, Electron's message port and a WebSocket on loopback; the
 * window does not depend on which. Main parses every argument with these schemas before a handler sees it.
 *
 * Failures are data: `oc.errors` would want a list per call, so main throws `ORPCError` with the code of an `AppError` and its hint in
 * `data.hint` (src-main/rpc/errors.ts).
 */

/** The text of a manifest or a script. A longer one is refused before it is parsed. */
const text = z.string().max(16 * 1024 * 1024);

/** A script's path below the document's folder: `scripts/im-pop`. Main refuses one that leads out of the folder. */
const scriptPath = z.string().min(1).max(1024);

const script = z.object({
  path: scriptPath,
  executable: z.boolean(),
  /** Missing for a file that is not text or is larger than 1 MiB. */
  text: text.optional(),
});

const recovery = z.object({
  source: text,
  /** Texts of scripts by their paths. */
  scripts: z.record(scriptPath, text),
  /** ISO 8601. */
  savedAt: z.string(),
});

const opened = z.object({
  path,
  folder: path,
  source: text,
  /** Identifies the bytes on disk; `save` refuses when they have changed since. */
  version: z.string(),
  /** As the file is encoded; it is saved the same way. */
  encoding: z.string(),
  readOnly: z.boolean(),
  scripts: z.array(script),
  /** Identifies the scripts as they are on disk, for `nextChange`. */
  scriptsVersion: z.string(),
  /** The unsaved work of a session that did not end properly. */
  recovery: recovery.optional(),
});

const finalizer = z.object({
  /** `tiny-linux/grub-setup`. */
  id: z.string(),
  template: z.string(),
  name: z.string(),
  summary: z.string(),
  arguments: z.array(z.object({ name: z.string(), summary: z.string() })),
  reads: z.array(z.string()),
  needs: z.array(z.string()),
});

const template = z.object({
  name: z.string(),
  title: z.string(),
  summary: z.string(),
  /** Which build hosts can build it, as a sentence. */
  requirements: z.string(),
});

/** One line of the export's report: what the original command rejects, or what only Slipway has. */
const exportNote = z.object({
  kind: z.enum(['original-rejects', 'slipway-only', 'note']),
  message: z.string(),
});

const appEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('menu'), command: z.string() }),
  z.object({ kind: z.literal('open'), path }),
  z.object({ kind: z.literal('close-requested') }),
]);

export const contract = {
  app: {
    info: oc.output(
      z.object({
        carrier: z.enum(['electron', 'browser']),
        version: z.string(),
        /** The default folder of new documents. */
        documentsFolder: path,
        /** The document that was named on the command line, dropped on the icon, or made for the first start. */
        startDocument: path.optional(),
      }),
    ),
    /** Menu commands and files opened from outside, as they come. Ends with the connection. */
    events: oc.output(eventIterator(appEvent)),
    /** Reports the title of the window, and whether closing it loses work. */
    setWindowState: oc.input(z.object({ title: z.string().max(400), unsaved: z.boolean() })),
    /** Closes the window, after the user has decided about unsaved work. */
    closeWindow: oc,
  },
  dialogs: {
    /** The system's own dialog, or `available: false` where there is none (browser mode): then the window shows its own. */
    pick: oc
      .input(z.object({ kind: z.enum(['open-manifest', 'folder', 'save-file']), title: z.string() }))
      .output(z.object({ available: z.boolean(), path: path.optional() })),
    /** A folder's content, for the window's own dialog. Hidden files are left out. */
    list: oc.input(z.object({ folder: path })).output(listing),
  },
  documents: {
    open: oc.input(z.object({ path })).output(opened),
    /** Writes the manifest if the file still has the version `expected`; `expected: null` overwrites any file. */
    save: oc
      .input(z.object({ path, source: text, encoding: z.string(), expected: z.string().nullable() }))
      .output(z.object({ version: z.string() })),
    /** Writes the manifest to another place; scripts of the folder go with it when the folder is another one. */
    saveAs: oc
      .input(z.object({ from: path, path, source: text, encoding: z.string() }))
      .output(z.object({ path, version: z.string() })),
    /** Keeps unsaved texts safe from a crash: the manifest's, and those of scripts that differ from the disk. */
    keepForRecovery: oc.input(z.object({ path, source: text, scripts: z.record(scriptPath, text) })),
    /** Removes the kept texts, because they were saved or discarded. */
    forgetRecovery: oc.input(z.object({ path })),
    /** Waits until the manifest's file or a script changes on disk, and returns the new state; `undefined` when the file was removed. */
    nextChange: oc
      .input(z.object({ path, version: z.string(), scriptsVersion: z.string() }))
      .output(z.object({ version: z.string().optional(), scripts: z.array(script), scriptsVersion: z.string() })),
    recent: oc.output(
      z.array(
        z.object({
          path,
          folder: path,
          openedAt: z.string(),
          exists: z.boolean(),
          /** The name of the distribution when it was opened. */
          name: z.string().optional(),
        }),
      ),
    ),
    forgetRecent: oc.input(z.object({ path })),
  },
  scripts: {
    /**
     * Creates or replaces a script beside the manifest. Without `executable` the bit is kept, and set for a new file. With `ifMissing`, a
     * file that exists stays and is returned.
     */
    write: oc
      .input(
        z.object({
          document: path,
          path: scriptPath,
          text,
          executable: z.boolean().optional(),
          ifMissing: z.boolean().optional(),
        }),
      )
      .output(script),
    /** Copies a shipped finalizer of a template, and what it includes, into the document's `scripts/`; an equal file is kept. */
    addFinalizer: oc.input(z.object({ document: path, id: z.string() })).output(z.array(script)),
    /** Removes a script that still has this text. Returns whether it is gone. */
    remove: oc.input(z.object({ document: path, path: scriptPath, text })).output(z.object({ removed: z.boolean() })),
    palette: oc.output(z.array(finalizer)),
  },
  templates: {
    list: oc.output(z.array(template)),
    /** Makes `folder` with `manifest.xml` and `scripts/`. Refuses a folder that has something in it. */
    create: oc
      .input(z.object({ template: z.string(), folder: path, name: z.string().min(1).max(200) }))
      .output(z.object({ path })),
  },
  exporting: {
    /** What the original command rejects, and what only Slipway has. The text may be unsaved. */
    check: oc.input(z.object({ path, source: text })).output(z.array(exportNote)),
    /** Writes manifest, scripts, checksums and the commands to a folder or a `.tar.gz`. */
    write: oc
      .input(z.object({ path, source: text, encoding: z.string(), to: path, format: z.enum(['folder', 'tar.gz']) }))
      .output(z.object({ path, files: z.array(z.string()) })),
  },
  accounts,
  hosts,
  builds,
  logs,
  inside,
  shell,
  media,
  packages,
  support,
  trust,
};

/** Events that main sends to the window. */
export type AppEvent = z.output<typeof appEvent>;
/** A file of the document's `scripts/`. */
export type ScriptFile = z.output<typeof script>;
/** A document as main has read it. */
export type OpenedDocument = z.output<typeof opened>;
/** A shipped finalizer, as the palette shows it. */
export type Finalizer = z.output<typeof finalizer>;
/** A template for new documents. */
export type Template = z.output<typeof template>;
/** A line of the export's report. */
export type ExportNote = z.output<typeof exportNote>;
