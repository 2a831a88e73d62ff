import type { PreflightCheck } from '../../../src-shared/rpc/hosts';
import { plural } from '../../../src-shared/format';
import type { Tone } from '../../text/link-text';

/**
 * What the checklist comes to, and its colour. Whether it stops a build, the host has decided: a tool that this manifest does not use
 * may be missing. What could not be looked at is not called fine.
 */
export function verdictOf({ ok, checks }: { readonly ok: boolean; readonly checks: readonly PreflightCheck[] }): {
  readonly tone: Tone;
  readonly words: string;
} {
  const count = (wanted: PreflightCheck['state']): number => checks.filter(({ state }) => state === wanted).length;
  const [missing, unknown] = [count('missing'), count('unknown')];
  if (!ok) return { tone: 'bad', words: 'This cannot be built yet: see what is missing.' };
  if (unknown > 0)
    return {
      tone: 'warn',
      words: `This can be built, as far as is known: ${plural(unknown, 'thing')} could not be looked at.`,
    };
  if (missing > 0)
    return {
      tone: 'warn',
      words: `This can be built. It may not need the ${plural(missing, 'thing')} that ${missing === 1 ? 'is' : 'are'} missing.`,
    };
  return { tone: 'ok', words: 'This can be built.' };
}
