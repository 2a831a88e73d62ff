import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { hostId, stepName, target } from './common';

const size = { columns: z.number().int().min(2).max(1000), rows: z.number().int().min(2).max(1000) };

const shellEvent = z.discriminatedUnion('kind', [
  /** The first event: the id for `write`. */
  z.object({ kind: z.literal('opened'), id: z.string() }),
  /** Bytes for the terminal, as base64. */
  z.object({ kind: z.literal('output'), data: z.string() }),
  z.object({ kind: z.literal('ended'), code: z.number().nullable() }),
]);

/** A shell on the build host, in a read-only view of a checkpoint; never in the live build data. */
export const shell = {
  /** Opens a shell. It ends when the caller disconnects. */
  open: oc.input(z.object({ ...target, step: stepName, ...size })).output(eventIterator(shellEvent)),
  /** Typed bytes, as base64, in the order of the calls. */
  write: oc.input(z.object({ host: hostId, id: z.string(), data: z.string().max(65536) })),
  resize: oc.input(z.object({ host: hostId, id: z.string(), ...size })),
};

/** Events of a shell. */
export type ShellEvent = z.output<typeof shellEvent>;
