import type { PreflightCheck } from '../../../src-shared/rpc/hosts';
import { plural } from '../../../src-shared/format';
import type { Tone } from '../../text/link-text';

/**
 * Returns the summary of the checklist and its colour. The host decides whether a failed check blocks the build: a tool that this
 * manifest does not use can be missing. An unknown check is not counted as passed.
 */
export function verdictOf({ ok, checks }: { readonly ok: boolean; readonly checks: readonly PreflightCheck[] }): {
  readonly tone: Tone;
  readonly text: string;
} {
  const count = (counted: PreflightCheck['state']): number => checks.filter(({ state }) => state === counted).length;
  const [missing, unknown] = [count('missing'), count('unknown')];
  if (!ok) return { tone: 'bad', text: 'This cannot be built yet. See the failed checks.' };
  if (unknown > 0)
    return {
      tone: 'warn',
      text: `This can probably be built. ${plural(unknown, 'check')} could not run.`,
    };
  if (missing > 0)
    return {
      tone: 'warn',
      text: `This can be built. ${plural(missing, 'check')} failed, which this manifest may not need.`,
    };
  return { tone: 'ok', text: 'This can be built.' };
}

/** Whether the fix of a check is a command and not a sentence, which begins with a capital letter. */
export const isCommand = (fix: string): boolean => !/^[A-Z][a-z]/.test(fix);
