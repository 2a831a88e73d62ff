import source from '../../resources/outputs/outputs.json';

/** A step that makes an output, or what several outputs need. */
export interface OutputStep {
  /** The name of the step and of its script. */
  readonly step: string;
  readonly message: string;
  /** Steps whose files it uses. */
  readonly after: readonly string[];
  /** Debian packages that the build host needs for it, besides those that the templates need. */
  readonly tools: readonly string[];
  /** Other names of scripts that make the same. */
  readonly aliases?: readonly string[];
}

/** A form in which an image can be used. */
export interface OutputFormat {
  /** The step that makes its file. */
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  /** Its file is `NAME.suffix`. */
  readonly suffix: string;
  readonly templates: readonly string[];
  readonly settings: readonly string[];
}

/** The formats and their steps, without zod: the engine has none. `catalogue.ts` has their settings too. */
export const outputFormats: {
  /** How the template that a manifest was made from is found: the first one whose steps it has. */
  readonly templates: readonly { readonly template: string; readonly steps: readonly string[] }[];
  readonly steps: readonly OutputStep[];
  readonly formats: readonly OutputFormat[];
} = { templates: source.templates, steps: source.steps, formats: source.formats };

/** A step of the catalogue. */
export function outputStep(name: string): OutputStep {
  const found = outputFormats.steps.find((one) => one.step === name);
  if (!found) throw new Error(`outputs.json has no step ${name}`);
  return found;
}

/** A format's own step after all steps that it needs, in the order of a build. */
export function stepsOf({ id }: Pick<OutputFormat, 'id'>): readonly OutputStep[] {
  const own = outputStep(id);
  return [...own.after.flatMap((before) => stepsOf({ id: before })), own];
}

/** The Debian packages that a build host needs for a format, besides those that the templates need. */
export function toolsOf(format: Pick<OutputFormat, 'id'>): readonly string[] {
  return [...new Set(stepsOf(format).flatMap(({ tools }) => tools))].sort();
}
