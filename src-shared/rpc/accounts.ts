import { oc } from '@orpc/contract';
import * as z from 'zod';

/** Accounts of an image. */
export const accounts = {
  /** Makes the hash of a password for `/etc/shadow`. The password is kept nowhere. */
  hash: oc.input(z.object({ password: z.string().min(1).max(512) })).output(z.object({ hash: z.string() })),
};
