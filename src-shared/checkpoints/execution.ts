import { flag, listOf, number, object, oneOf, text, described, type TypeOf } from '../journal/shape';

export const manifestRead = object(
  'ManifestReadRecord',
  'A nodepath (or key) that a step asked for, and a hash of the values it was given.',
  { request: text, isKey: flag, hash: text },
);

/** A nodepath (or key) that a step asked for, and a hash of the values it was given. */
export type ManifestReadRecord = TypeOf<typeof manifestRead>;

export const declaredInput = object(
  'DeclaredInput',
  'An input outside the manifest that a step declared in the file named by `SLIPWAY_INPUTS`.',
  {
    kind: oneOf('path', 'url'),
    value: text,
    hash: described(
      text,
      'Hash of the content for a path (`missing` when there is none); of the line for a url, which the engine does not fetch again.',
    ),
  },
);

/** An input outside the manifest that a step declared in the file named by `SLIPWAY_INPUTS`. */
export type DeclaredInput = TypeOf<typeof declaredInput>;

export const stepExecution = object(
  'StepExecution',
  'All that shaped what one step did. Kept in the record of every later checkpoint.',
  {
    step: text,
    script: text,
    scriptHash: text,
    args: listOf(text),
    reads: listOf(manifestRead),
    inputs: listOf(declaredInput),
    outcome: oneOf('done', 'failed'),
    run: text,
    finishedAt: described(number, 'Seconds since the epoch.'),
    seconds: number,
  },
);

/** All that shaped what one step did. Kept in the record of every later checkpoint. */
export type StepExecution = TypeOf<typeof stepExecution>;
