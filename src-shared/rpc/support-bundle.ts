import { oc } from '@orpc/contract';
import * as z from 'zod';
import { path, target } from './common';

/** Files for a support request. */
export const support = {
  /**
   * Writes versions, the doctor's report, the manifest, and the newest journals and logs of its build area to a new `.tar.gz` of this
   * computer, without secrets. Refused where something of that name is.
   */
  save: oc.input(z.object({ ...target, to: path })).output(z.object({ path })),
};
