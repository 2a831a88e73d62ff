import type { SectionId } from '../../src-shared/document/sections';
import type { OpenDialog } from './open-dialog';

/** Composing the manifest, building it, or reading the manual. */
export type View = 'compose' | 'build' | 'manual';

/** What the window shows: the view, the section, the dialog, and what is selected in a section. */
export class Navigation {
  view = $state<View>('compose');
  section = $state<SectionId>('overview');
  dialog = $state.raw<OpenDialog>();
  selectedScript = $state<string>();
  /** The field that the section shows next: `path@attribute`. */
  field = $state<string>();
  /** Counts the commands after which the main list or search of the screen gets the focus. */
  focusRequests = $state(0);
  /** A range of the source that the XML editor scrolls to. */
  reveal = $state.raw<{ readonly start: number; readonly end: number }>();

  /** Shows a section of the manifest. */
  goTo(section: SectionId): void {
    this.view = 'compose';
    this.section = section;
  }

  /** Shows a section after a command; its main list or search gets the focus. */
  jumpTo(section: SectionId): void {
    this.goTo(section);
    this.focusRequests++;
  }

  closeDialog(): void {
    this.dialog = undefined;
  }

  /** The first screen of another document. */
  reset(section: SectionId): void {
    this.section = section;
    this.selectedScript = undefined;
  }
}
