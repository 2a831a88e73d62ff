import type { Component } from 'svelte';
import { SECTIONS, type SectionId } from '../../src-shared/document/sections';
import AccountsScreen from './accounts/AccountsScreen.svelte';
import BootScreen from './boot/BootScreen.svelte';
import Overview from './compose/Overview.svelte';
import { type FormSection } from './form/forms';
import FormScreen from './form/FormScreen.svelte';
import OutputsScreen from './outputs/OutputsScreen.svelte';
import PackagesScreen from './packages/PackagesScreen.svelte';
import StepsScreen from './steps/StepsScreen.svelte';

/** A screen of a section, in the bundle or loaded at its first use. */
export type Load = () => Component | Promise<Component>;

/** A section with its screen. */
export interface Section {
  readonly id: SectionId;
  readonly title: string;
  readonly load: Load;
}

/** The screens of the sections that are not edited with a form, or not with that of the schema alone. */
const SCREENS: Readonly<Record<Exclude<SectionId, FormSection>, Load>> & Partial<Record<FormSection, Load>> = {
  accounts: () => AccountsScreen,
  boot: () => BootScreen,
  outputs: () => OutputsScreen,
  overview: () => Overview,
  packages: () => PackagesScreen,
  steps: () => StepsScreen,
  scripts: async () => (await import('./source/ScriptsScreen.svelte')).default,
  xml: async () => (await import('./source/XmlScreen.svelte')).default,
  changes: async () => (await import('./source/ChangesScreen.svelte')).default,
};

/** The sections, in the order of the list on the left. */
export const sections: readonly Section[] = SECTIONS.map(({ id, title }) => ({
  id,
  title,
  load: SCREENS[id] ?? (() => FormScreen),
}));
