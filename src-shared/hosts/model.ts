import * as z from 'zod';

/** The id of the computer that the app runs on. */
export const THIS_COMPUTER = 'this-computer';

/** A build host, as the book keeps it. */
export const hostEntry = z.object({
  id: z.string().min(1).max(64),
  name: z.string().min(1).max(60),
  address: z.string().max(255),
  port: z.number().int().min(1).max(65535).optional(),
  user: z.string().optional(),
  agent: z.boolean(),
  keys: z.array(z.string()),
  password: z.boolean(),
  jump: z.string().optional(),
  root: z.enum(['auto', 'none', 'sudo', 'doas', 'pfexec']),
  engine: z.enum(['auto', 'slipway', 'stock']),
});

export type HostEntry = z.output<typeof hostEntry>;
