import * as z from 'zod';
import source from '../../resources/outputs/outputs.json';
import { outputFormats } from './formats';

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

/** A value of `key_value_pairs` that an output reads, or a package that it makes use of. */
export type OutputSetting = z.output<typeof setting>;

/** What is known about outputs: `resources/outputs/outputs.json`. */
export const outputs = { ...outputFormats, settings: z.array(setting).parse(source.settings) };
