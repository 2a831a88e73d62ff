import type { DeclaredStep, Manifest } from '../manifest/model';
import { outputFormats, outputStep, stepsOf, type OutputFormat, type OutputStep } from './formats';

/** The formats of a manifest. */
export interface PresentOutputs {
  /** The template that the manifest was made from, as far as its steps show. */
  readonly template: string | undefined;
  /** All formats that this kind of image can have, and those that it has. */
  readonly formats: readonly OutputFormat[];
  /** Formats that are not possible for this kind of image. */
  readonly hidden: readonly OutputFormat[];
  /** The formats that a build makes. */
  readonly on: ReadonlySet<string>;
}

/** Returns which formats a manifest makes and which it could make. */
export function presentOutputs(manifest: Pick<Manifest, 'steps'>): PresentOutputs {
  const present = new Set(outputFormats.steps.filter((step) => placeOf(manifest, step) >= 0).map(({ step }) => step));
  const on = new Set(
    outputFormats.formats
      .filter((format) => stepsOf(format).every(({ step }) => present.has(step)))
      .map(({ id }) => id),
  );
  const template = templateOf(manifest.steps);
  const formats = outputFormats.formats.filter(
    ({ id, templates }) => on.has(id) || (template !== undefined && templates.includes(template)),
  );
  return { template, formats, hidden: outputFormats.formats.filter((format) => !formats.includes(format)), on };
}

/** The place of an output's step among the manifest's; -1 when it has none. */
export function placeOf({ steps }: Pick<Manifest, 'steps'>, { step, aliases = [] }: OutputStep): number {
  return steps.findIndex((one) => [step, ...aliases].includes(scriptName(one)));
}

/** The formats that are made from what another one makes: without it they cannot be. */
export function dependentsOf(id: string, on: ReadonlySet<string>): readonly OutputFormat[] {
  return outputFormats.formats.filter((format) => on.has(format.id) && outputStep(format.id).after.includes(id));
}

function templateOf(steps: readonly DeclaredStep[]): string | undefined {
  const names = new Set(steps.map(scriptName));
  return outputFormats.templates.find((one) => one.steps.every((step) => names.has(step)))?.template;
}

const scriptName = ({ script }: DeclaredStep): string => (script?.split('/').at(-1) ?? '').replace(/\.(py|sh|pl)$/, '');
