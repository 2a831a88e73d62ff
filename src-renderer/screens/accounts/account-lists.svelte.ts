import type { Choice, ChoiceList } from '../../components/form/choices';
import type { Workspace } from '../../state/workspace.svelte';
import { groupsIn, keyboardsIn, localesIn, shellsIn, zonesIn } from './image-lists';
import { ownGroups, ownKeyboards, ownLocales, ownShells, ownZones } from './own-lists';

/** Where an image has the values of a list, how they are read, and what is offered without the file. */
const SOURCES = {
  shells: { file: 'etc/shells', read: shellsIn, own: ownShells },
  groups: { file: 'etc/group', read: groupsIn, own: ownGroups },
  locales: { file: 'usr/share/i18n/SUPPORTED', read: localesIn, own: ownLocales },
  zones: { file: 'usr/share/zoneinfo/zone.tab', read: zonesIn, own: ownZones },
  keyboards: { file: 'usr/share/X11/xkb/rules/evdev.lst', read: keyboardsIn, own: ownKeyboards },
} as const;

type Name = keyof typeof SOURCES;
const NAMES = Object.keys(SOURCES) as Name[];

/** A checkpoint of a build area. */
interface Place {
  readonly step: string;
  /** Identifies its content. */
  readonly key: string;
}

/** The values that fields of accounts offer: from the last checkpoint of the image, else common ones. */
export class AccountLists {
  /** What was read last, for the next time that the section is shown. */
  static #kept: { readonly key: string; readonly lists: Partial<Record<Name, readonly Choice[]>> } | undefined;
  readonly #workspace: Pick<Workspace, 'main' | 'session' | 'builds'>;
  #read = $state.raw(AccountLists.#kept);
  #own = $state.raw<Partial<Record<Name, readonly Choice[]>>>({});

  constructor(workspace: Pick<Workspace, 'main' | 'session' | 'builds'>) {
    this.#workspace = workspace;
  }

  readonly #place = $derived.by((): Place | undefined => {
    const { builds, session } = this.#workspace;
    const newest = [...builds.columns].reverse().find(({ snapshot }) => snapshot !== null);
    if (!newest?.snapshot || builds.live) return undefined;
    const { host, path } = session.target;
    return { step: newest.step, key: JSON.stringify([host, path, newest.step, newest.snapshot.takenAt]) };
  });

  /** Returns a list. */
  of(name: Name): ChoiceList {
    const choices = this.#read?.key === this.#place?.key ? this.#read?.lists[name] : undefined;
    if (choices) return { choices, source: `From the image, as of checkpoint ${this.#place?.step ?? ''}` };
    return { choices: this.#own[name] ?? [], source: 'Common values. The image has no list of its own yet.' };
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

  async #readAll(target: Workspace['session']['target'], { step, key }: Place, signal: AbortSignal): Promise<void> {
    const { main } = this.#workspace;
    const entries = await Promise.all(
      NAMES.map(async (name) => {
        const { file, read } = SOURCES[name];
        // An image may lack the file, and a host may not read checkpoints.
        const answer = await main.inside
          .read({ ...target, step, file: `pkg_image/${file}` }, { signal })
          .catch(() => undefined);
        const choices = answer?.kind === 'text' ? read(answer.content) : [];
        return choices.length > 0 ? [[name, choices] as const] : [];
      }),
    );
    if (!signal.aborted) AccountLists.#kept = this.#read = { key, lists: Object.fromEntries(entries.flat()) };
  }
}
