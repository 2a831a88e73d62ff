import * as z from 'zod';

const keyId = z.string().describe('SHA-256 of the public key in DER, in hex; `keyid` in envelopes.');

/** What `distro_const statement --json` prints. */
export const statementAnswer = z.object({
  image: z.string().describe('The path of the image.'),
  sha256: z.string().describe('Of the image, in hex.'),
  origin: z.enum(['clean', 'resumed', 'proven']).describe('How the image came to be.'),
  builder: z.string().describe('The `builder.id` of the statement.'),
  statement: z.string().describe('The path of the written statement.'),
  bills: z.array(z.string()).describe('The names of the software bills of materials that it lists.'),
  signed: z
    .boolean()
    .optional()
    .describe(
      'Whether the envelope beside it has this statement; missing where there is none. Its signature is not checked.',
    ),
  unknown: z.string().optional().describe('Why it is not known whether a file is still what the build used.'),
});

/** What `distro_const statement --json` prints. */
export type StatementAnswer = z.output<typeof statementAnswer>;

/** What `distro_const keygen --json` prints. */
export const keygenAnswer = z.object({
  key: z.string().describe('The path of the private key.'),
  publicKey: z.string().describe('The path of the public key.'),
  keyId,
});

/** What `distro_const keygen --json` prints. */
export type KeygenAnswer = z.output<typeof keygenAnswer>;

/** What `distro_const sign --json` prints. */
export const signAnswer = z.object({
  envelope: z.string().describe('The path of the signed statement.'),
  keyId,
});

/** What `distro_const sign --json` prints. */
export type SignAnswer = z.output<typeof signAnswer>;

const part = z.object({
  part: z
    .enum(['image', 'statement', 'manifest', 'script', 'lock', 'input', 'sbom', 'journal'])
    .describe('What the file is.'),
  name: z.string().describe('The name of the file in the statement.'),
  state: z
    .enum(['equal', 'different', 'absent'])
    .describe('`absent`: it is not beside the image and was not compared.'),
  reason: z.string().optional().describe('What is different, as a clause.'),
});

/** What `distro_const verify --json` prints. */
export const verifyAnswer = z.object({
  equal: z.boolean().describe('Whether nothing is different.'),
  images: z.array(
    z.object({
      image: z.string().describe('The path of the image.'),
      builder: z.string().optional().describe('The `builder.id`; missing where the statement is not to be trusted.'),
      parts: z.array(part),
    }),
  ),
});

/** What `distro_const verify --json` prints. */
export type VerifyAnswer = z.output<typeof verifyAnswer>;
