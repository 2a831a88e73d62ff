import type { Choice, ChoiceList } from '../../components/form/choices';
import type { Workspace } from '../../state/workspace.svelte';
import { groupsIn, hashesIn, keyboardsIn, localesIn, shellsIn, zonesIn } from './image-lists';
import { ownGroups, ownKeyboards, ownLocales, ownShells, ownZones } from './own-lists';

/** Where an image has the values of a list, how they are read, and what is offered without the file. */
const SOURCES = {
  shells: { file: 'etc/shells', read: shellsIn, own: ownShells },
  groups: { file: 'etc/group', read: groupsIn, own: ownGroups },
  locales: { file: 'usr/share/i18n/SUPPORTED', read: localesIn, own: ownLocales },
  zones: { file: 'usr/share/zoneinfo/zone.tab', read: zonesIn, own: ownZones },
  /** The schemes besides SHA-512 that the image hashes passwords with. */
  hashes: { file: 'etc/pam.d/common-password', read: hashesIn, own: () => [] },
  keyboards: { file: 'usr/share/X11/xkb/rules/evdev.lst', read: keyboardsIn, own: ownKeyboards },
} as const;

type Name = keyof typeof SOURCES;
const NAMES = Object.keys(SOURCES) as Name[];

/** A file that every image has until its tree is packed. */
const PROBE = 'etc/group';

/** The checkpoints of a build area, the newest first. */
interface Place {
  readonly steps: readonly string[];
  /** Identifies their content. */
  readonly key: string;
}

/** What was read for a place. */
interface Read {
  readonly key: string;
  /** The newest checkpoint that has the tree of the image; `undefined` where none has. */
  readonly step: string | undefined;
  readonly lists: Partial<Record<Name, readonly Choice[]>>;
}

/** The values that fields of accounts offer: from the last checkpoint with the tree of the image, else common ones. */
export class AccountLists {
  /** What was read last, for the next time that the section is shown. */
  static #kept: Read | undefined;
  readonly #workspace: Pick<Workspace, 'main' | 'session' | 'builds'>;
  #read = $state.raw(AccountLists.#kept);
  #own = $state.raw<Partial<Record<Name, readonly Choice[]>>>({});

  constructor(workspace: Pick<Workspace, 'main' | 'session' | 'builds'>) {
    this.#workspace = workspace;
  }

  readonly #place = $derived.by((): Place | undefined => {
    const { builds, session } = this.#workspace;
    const taken = builds.columns.flatMap(({ step, snapshot }) => (snapshot ? [{ step, at: snapshot.takenAt }] : []));
    if (taken.length === 0 || builds.live) return undefined;
    const { host, path } = session.target;
    return { steps: taken.map(({ step }) => step).reverse(), key: JSON.stringify([host, path, taken]) };
  });

  /** Returns a list. */
  of(name: Name): ChoiceList {
    const read = this.#read?.key === this.#place?.key ? this.#read : undefined;
    const choices = read?.lists[name];
    if (choices) return { choices, source: `From the image, as of checkpoint ${read?.step ?? ''}` };
    return { choices: this.#own[name] ?? [], source: 'Common values. The image has no list of its own yet.' };
  }

  /** Whether the image is known to check yescrypt hashes. */
  get hasYescrypt(): boolean {
    return this.of('hashes').choices.length > 0;
  }

  /** Makes the lists, and reads those of the image. Call it in an effect. Returns a function that stops the reading. */
  load(): () => void {
    const place = this.#place;
    const { target } = this.#workspace.session;
    const closing = new AbortController();
    // The section is shown first.
    const timer = setTimeout(() => {
      this.#own = Object.fromEntries(NAMES.map((name) => [name, SOURCES[name].own()]));
      if (place && this.#read?.key !== place.key) void this.#readAll(target, place, closing.signal);
    });
    return () => {
      clearTimeout(timer);
      closing.abort();
    };
  }

  async #readAll(target: Workspace['session']['target'], { steps, key }: Place, signal: AbortSignal): Promise<void> {
    // An image may lack a file, and a host may not read checkpoints.
    const textOf = async (step: string, file: string): Promise<string | undefined> => {
      const answer = await this.#workspace.main.inside
        .read({ ...target, step, file: `pkg_image/${file}` }, { signal })
        .catch(() => undefined);
      return answer?.kind === 'text' ? answer.content : undefined;
    };
    let found: string | undefined;
    // Late steps pack the tree and remove it.
    for (const step of steps) {
      if (signal.aborted) return;
      if ((await textOf(step, PROBE)) === undefined) continue;
      found = step;
      break;
    }
    const entries =
      found === undefined
        ? []
        : await Promise.all(
            NAMES.map(async (name) => {
              const { file, read } = SOURCES[name];
              const choices = read((await textOf(found, file)) ?? '');
              return choices.length > 0 ? [[name, choices] as const] : [];
            }),
          );
    if (!signal.aborted)
      AccountLists.#kept = this.#read = { key, step: found, lists: Object.fromEntries(entries.flat()) };
  }
}
