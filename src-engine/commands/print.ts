/** Prints the one JSON document of a `--json` call. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints lines for people. */
export function printLines(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** Local date and time. */
export function dateTime(seconds: number): string {
  return new Date(seconds * 1000).toLocaleString('sv-SE');
}
