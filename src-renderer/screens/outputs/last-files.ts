import type { Medium } from '../../../src-shared/engine-answers/media';
import { outputs } from '../../../src-shared/outputs/catalogue';
import type { OutputFormat } from '../../../src-shared/outputs/formats';

/** The outputs as they are on screen, and what the last build made. */
export interface BuildOutputs {
  /** Formats that a build makes. */
  readonly on: ReadonlySet<string>;
  /** The files of the last build. */
  readonly media: readonly Medium[];
  /** The name of the image. */
  readonly name: string;
}

/** A format that a build makes, and its file of the last build. */
export interface FormatFile {
  readonly format: OutputFormat;
  /** Missing when the last build did not make it. */
  readonly file: Medium | undefined;
}

/** The formats that a build makes, each with its file of the last build. */
export function filesOf({ on, media, name }: BuildOutputs): FormatFile[] {
  return outputs.formats
    .filter(({ id }) => on.has(id))
    .map((format) => ({ format, file: media.find((one) => one.name === `${name}.${format.suffix}`) }));
}
