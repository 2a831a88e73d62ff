import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import type { TextDifference } from '../../src-shared/engine-answers/prove';
import { causeByBytes, causeByPath, causeByText, CAUSE_TEXTS, type Cause } from '../../src-shared/provenance/causes';
import { suspectLine, type SuspectLine } from '../../src-shared/provenance/script-causes';
import { textDiff } from '../../src-shared/provenance/text-diff';
import type { TreeChange } from '../area/tree-diff';
import { textOf, type FilePair } from './file-pair';

/** Files whose content is never shown. */
const SECRET_PATHS = /(^|\/)(g?shadow-?|[^/]*_key|[^/]*\.(pem|key)|id_[a-z0-9]+|machine-id|[^/]*random-seed[^/]*)$/;

/** A difference, and what is known about its cause. */
export interface Explanation {
  readonly cause: Cause | undefined;
  /** A sentence, and what to do about it. */
  readonly text: string | undefined;
  readonly line: (SuspectLine & { readonly script: string }) | undefined;
  /** The differing lines; `undefined` when a version is not text. */
  readonly diff: readonly string[] | undefined;
}

/** What the explanation of a difference depends on. */
export interface Explained {
  /** In the build data, or the name of an image. */
  readonly path: string;
  readonly what: TreeChange['what'];
  readonly pair: FilePair;
  /** The names of the hosts of both builds. */
  readonly hosts: readonly string[];
  /** The script of the step that made it; empty where that is not known. */
  readonly script: string;
}

/** Explains a difference as far as its cause is known. */
export function explain({ path, what, pair, hosts, script }: Explained): Explanation {
  const { before, after } = pair;
  const texts = [before, after].map((content) => content && textOf(content));
  const [one, two] = texts;
  const isText = one !== undefined && two !== undefined && one !== two;
  const byContent = causeByPath(path) ?? contentCause(pair, isText ? { before: one, after: two, hosts } : undefined);
  const isMode = !what.includes('content') && what.some((one_) => one_ === 'mode' || one_ === 'owner');
  const found = byContent ?? (isMode ? 'permissions' : undefined);
  const line = suspect(script, path, found);
  // A number may be a process id, random, or a count. The script shows it.
  const cause = found === undefined || (found === 'process' && line) ? (line?.cause ?? found) : found;
  const isShown = isText && !SECRET_PATHS.test(path);
  return {
    cause,
    text: cause && CAUSE_TEXTS[cause],
    line: line && { ...line, script },
    diff: isShown ? textDiff(one, two) : undefined,
  };
}

function contentCause({ before, after }: FilePair, text: TextPairOf | undefined): Cause | undefined {
  if (text) return causeByText(text);
  return before && after ? causeByBytes(before, after) : undefined;
}

type TextPairOf = Parameters<typeof causeByText>[0];

function suspect(script: string, path: string, cause: Cause | undefined): SuspectLine | undefined {
  let text: string;
  try {
    text = readFileSync(script, 'utf8');
  } catch {
    return undefined; // it is gone, or there is none
  }
  const name = posix.basename(path);
  const of = (one: Cause | undefined): SuspectLine | undefined => suspectLine(text, name, one);
  if (cause === 'process') return of('process') ?? of('random') ?? of('processors') ?? of('time');
  return cause === undefined ? of(undefined) : of(cause);
}

/** The fields of an explanation in answers. */
export function explanationFields({ cause, text, line, diff }: Explanation): TextDifference {
  return {
    cause: cause ?? null,
    explanation: text ?? null,
    ...(line && { line: { script: line.script, number: line.number, text: line.text } }),
    ...(diff && { diff: [...diff] }),
  };
}
