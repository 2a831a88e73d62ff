import { oc } from '@orpc/contract';
import * as z from 'zod';
import { target } from './common';

const question = z.object({
  isTrusted: z.boolean(),
  /** The document's folder, links resolved. */
  folder: z.string(),
  /** The account that steps run as on the host. */
  account: z.string(),
  /**
   * The scripts that the steps would run, in their order. One without `text` has a phrase for what it is: a link,
   * a folder, a file of the build host. `args` has the arguments of each step that runs it with some: those of an
   * interpreter are code too.
   */
  scripts: z.array(
    z.object({
      path: z.string(),
      text: z.string().optional(),
      what: z.string().optional(),
      args: z.array(z.array(z.string())).optional(),
    }),
  ),
  /** The names in the manifest's key `environment`. Variables such as `BASH_ENV` and `LD_PRELOAD` can name code too. */
  environment: z.array(z.string()),
});

/** Whether the scripts of a folder may run: those of a folder that was made here may, all others after a question. */
export const trust = {
  /** Runs nothing of the folder. Connects to the host when it is another computer. */
  check: oc.input(z.object(target)).output(question),
  /** Remembers the user's consent for the folder of a document and the account of a host. */
  accept: oc.input(z.object(target)),
};

/** What is asked before the first build of a folder. */
export type TrustQuestion = z.output<typeof question>;
