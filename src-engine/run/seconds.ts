/** @param started in ms since 1970 */
export function secondsSince(started: number): number {
  return (Date.now() - started) / 1000;
}
