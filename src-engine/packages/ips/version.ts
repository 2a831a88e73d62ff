/** A version of IPS: `RELEASE[,BUILD][-BRANCH][:TIME]`. The build is informational and is dropped. */
export interface IpsVersion {
  readonly release: readonly number[];
  readonly branch?: readonly number[] | undefined;
  readonly time?: string | undefined;
}

const NUMBERS = String.raw`\d{1,15}(?:\.\d{1,15}){0,31}`;
const VERSION = new RegExp(`^(${NUMBERS})(?:,${NUMBERS})?(?:-(${NUMBERS}))?(?::(\\d{8}T\\d{6}Z))?$`);

/** Parses a version; `undefined` when the text is not a version. */
export function readVersion(text: string): IpsVersion | undefined {
  const [, release, branch, time] = VERSION.exec(text) ?? [];
  if (release === undefined) return undefined;
  return { release: numbers(release), ...(branch !== undefined && { branch: numbers(branch) }), ...(time && { time }) };
}

/** Above 0 when `a` is newer. A missing part is older than any. */
export function compareVersions(a: IpsVersion, b: IpsVersion): number {
  const [timeA, timeB] = [a.time ?? '', b.time ?? ''];
  return (
    compareNumbers(a.release, b.release) ||
    compareNumbers(a.branch ?? [], b.branch ?? []) ||
    (timeA < timeB ? -1 : Number(timeA > timeB))
  );
}

/** Whether a version begins with a shorter one, as incorporations and users write them: 1.4.3.7 is a 1.4.3. */
export function isOf(version: IpsVersion, shorter: IpsVersion): boolean {
  return (
    begins(version.release, shorter.release) &&
    begins(version.branch ?? [], shorter.branch ?? []) &&
    (shorter.time === undefined || version.time === shorter.time)
  );
}

const numbers = (text: string): number[] => text.split('.').map(Number);

const begins = (list: readonly number[], beginning: readonly number[]): boolean =>
  beginning.every((number, index) => list[index] === number);

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
