import { described, flag, listOf, number, object, oneOf, optional, text, type TypeOf } from '../shape';

export const manifestRead = object(
  'ManifestReadRecord',
  'A nodepath (or key) that a step has read, and a hash of the values.',
  { request: text, isKey: flag, hash: text },
);

/** A nodepath (or key) that a step has read, and a hash of the values. */
export type ManifestReadRecord = TypeOf<typeof manifestRead>;

export const stepInput = object(
  'StepInput',
  "Something outside the manifest and the build data that a step's result depends on.",
  {
    kind: oneOf('path', 'url', 'env'),
    value: described(
      text,
      "A path (relative to the document's folder when inside it, otherwise absolute; escaped where it is not UTF-8), a URL, or the name of an environment variable.",
    ),
    hash: described(
      text,
      'Hash of the content, or of the date and length of a URL; or `missing`, `unreadable`, `unreachable`, `unset`. The values of environment variables are not kept.',
    ),
    by: optional(
      oneOf('declared', 'named', 'observed', 'given'),
      'How the engine found it: a line in `SLIPWAY_INPUTS`, the text of the script, `build --observe`, or `--env` and the manifest. Missing in journals of version 1.',
    ),
    unknown: optional(
      text,
      'Why its state is unknown, as a sentence: a line of `SLIPWAY_INPUTS` that is not understood, or a large folder.',
    ),
    raced: optional(flag, 'It changed while the step ran, so the content that the step used is unknown.'),
    stat: optional(
      text,
      'Identity, size and times of the file, by which an unchanged file is recognised without reading it.',
    ),
  },
);

/** Something outside the manifest and the build data that a step's result depends on. */
export type StepInput = TypeOf<typeof stepInput>;

export const stepExecution = object(
  'StepExecution',
  'All inputs of one execution of a step. Stored in the record of every later checkpoint.',
  {
    step: text,
    script: text,
    scriptHash: text,
    args: listOf(text),
    reads: listOf(manifestRead),
    inputs: listOf(stepInput),
    area: optional(
      text,
      "The build area's path, which is in the arguments of each step. Missing in journals of version 1.",
    ),
    outcome: oneOf('done', 'failed'),
    run: text,
    finishedAt: described(number, 'Seconds since the epoch.'),
    seconds: number,
  },
);

/** All inputs of one execution of a step. Stored in the record of every later checkpoint. */
export type StepExecution = TypeOf<typeof stepExecution>;
