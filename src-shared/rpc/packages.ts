import { oc } from '@orpc/contract';
import * as z from 'zod';
import {
  catalogueAnswer,
  filesAnswer,
  installedAnswer,
  packageDetails as details,
  resolveAnswer,
} from '../engine-answers/packages';
import { editedText, runName, stepName, target } from './common';

/** The packages in the repositories of a document, the packages that its lists would install, and those in its image. */
export const packages = {
  /** The catalogue, kept on the build host; fetched when there is none yet or with `refresh`. */
  catalogue: oc
    .input(
      z.object({
        ...target,
        source: editedText,
        refresh: z.boolean(),
        /** The revision that the window has: its text is not sent again. */
        known: z.string().optional(),
      }),
    )
    .output(
      z.object({
        ...catalogueAnswer.omit({ file: true, bytes: true }).shape,
        /** As src-shared/packages/catalogue.ts reads it; missing when it is the known one. */
        text: z.string().optional(),
      }),
    ),
  show: oc.input(z.object({ ...target, source: editedText, name: z.string().min(1).max(300) })).output(details),
  /** Files that a package installed into the image of the document. */
  files: oc.input(z.object({ ...target, name: z.string().min(1).max(300) })).output(filesAnswer),
  resolve: oc.input(z.object({ ...target, source: editedText })).output(resolveAnswer),
  /** Packages in a step's checkpoint or at the end of a run; without either, after the step that installs them. */
  installed: oc.input(z.object({ ...target, of: z.union([runName, stepName]).optional() })).output(installedAnswer),
};
