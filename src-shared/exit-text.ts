/**
 * How a process ended, as the end of a sentence: `exited with status 3`.
 *
 * @param code exit status; missing or `null` when a signal ended it
 */
export function exitText(code: number | null | undefined, signal?: string | null): string {
  return typeof code === 'number' ? `exited with status ${code}` : `was ended by ${signal ?? 'a signal'}`;
}
