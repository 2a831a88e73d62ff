import { oc } from '@orpc/contract';
import * as z from 'zod';

/** How a password is hashed (crypt(5)). Images of Debian since 2021 check both, others SHA-512 only. */
const hashScheme = z.enum(['sha512', 'yescrypt']).default('sha512');

/** How a password is hashed. */
export type HashScheme = z.output<typeof hashScheme>;

/** Accounts of an image. */
export const accounts = {
  /** Makes the hash of a password for `/etc/shadow`. The password is kept nowhere. */
  hash: oc
    .input(z.object({ password: z.string().min(1).max(512), scheme: hashScheme }))
    .output(z.object({ hash: z.string() })),
};
