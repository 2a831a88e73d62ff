/** `YYYY-MM-DD-HH-MM-SS`, local time. */
export function logStamp(now: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return [
    now.getFullYear(),
    two(now.getMonth() + 1),
    two(now.getDate()),
    two(now.getHours()),
    two(now.getMinutes()),
    two(now.getSeconds()),
  ].join('-');
}
