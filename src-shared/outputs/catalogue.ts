import * as z from 'zod';
import source from '../../resources/outputs/outputs.json';

const name = z.string();

const setting = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('choice'),
    key: name,
    title: z.string(),
    default: z.string(),
    templates: z.array(name),
    choices: z.array(z.object({ value: z.string(), title: z.string() })),
  }),
  z.object({
    kind: z.literal('megabytes'),
    key: name,
    title: z.string(),
    default: z.string(),
    templates: z.array(name),
    /** A setting that makes this one useless while it has a value. */
    unless: name.optional(),
  }),
  z.object({
    kind: z.literal('megabytes-or-automatic'),
    key: name,
    title: z.string(),
    default: z.string(),
    /** The proposed size. */
    start: z.string(),
    templates: z.array(name),
  }),
  z.object({
    /** On while the package of this name is installed. */
    kind: z.literal('package'),
    key: name,
    title: z.string(),
    default: z.literal(''),
    help: z.string(),
    templates: z.array(name),
  }),
]);

const step = z.object({
  /** The name of the step and of its script. */
  step: name,
  message: z.string(),
  /** Steps whose files it uses. */
  after: z.array(name),
  /** Debian packages that the build host needs for it, besides those that the templates need. */
  tools: z.array(name),
  /** Other names of scripts that make the same. */
  aliases: z.array(name).optional(),
});

const format = z.object({
  /** The step that makes its file. */
  id: name,
  title: z.string(),
  summary: z.string(),
  /** Its file is `NAME.suffix`. */
  suffix: z.string(),
  templates: z.array(name),
  settings: z.array(name),
});

const catalogue = z.object({
  /** How the template that a manifest was made from is found: the first one whose steps it has. */
  templates: z.array(z.object({ template: name, steps: z.array(name) })),
  steps: z.array(step),
  formats: z.array(format),
  settings: z.array(setting),
});

/** A value of `key_value_pairs` that an output reads, or a package that it makes use of. */
export type OutputSetting = z.output<typeof setting>;
/** A step that makes an output, or what several outputs need. */
export type OutputStep = z.output<typeof step>;
/** A form in which an image can be used. */
export type OutputFormat = z.output<typeof format>;

/** What is known about outputs: `resources/outputs/outputs.json`. */
export const outputs = catalogue.parse(source);

/** A step of the catalogue. */
export function outputStep(name: string): OutputStep {
  const found = outputs.steps.find((one) => one.step === name);
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
