/** Formats a byte count: 1536 -> `1.5 KiB`; `?` when it is not known. */
export function bytes(count: number | null | undefined): string {
  if (count === undefined || count === null) return '?';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = count;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** Formats a duration in seconds: 75 -> `1 min 15 s`; `?` when it is not known. */
export function duration(seconds: number | undefined): string {
  if (seconds === undefined) return '?';
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** Formats an estimate in seconds: 8 -> `10 s`, 200 -> `4 min`. */
export function roughDuration(seconds: number): string {
  if (seconds < 55) return `${Math.max(1, Math.round(seconds / 10)) * 10} s`;
  const minutes = Math.max(1, Math.ceil(seconds / 60 - 0.1));
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Formats a count with its noun: `1 step`, `2 steps`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Local date and time without seconds: `2026-11-29 15:12`. */
export function dateTime(when: Date): string {
  return `${day(when)} ${time(when)}`;
}

/** Local date and time: `2026-11-29 15:12:07`. */
export function dateTimeWithSeconds(when: Date): string {
  return `${day(when)} ${timeWithSeconds(when)}`;
}

/** Local date: `2026-11-29`. */
export function day(when: Date): string {
  return [when.getFullYear(), when.getMonth() + 1, when.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
}

/** Local time of day: `15:12`. */
export function time(when: Date): string {
  return when.toTimeString().slice(0, 5);
}

/** Local time of day on the current day; with the date on other days. */
export function recentTime(when: Date, formatTime: (when: Date) => string = time): string {
  const isToday = when.toDateString() === new Date().toDateString();
  return isToday ? formatTime(when) : `${day(when)} ${formatTime(when)}`;
}

/** Local time of day with seconds: `15:12:07`. */
export function timeWithSeconds(when: Date): string {
  return when.toTimeString().slice(0, 8);
}

/** Formats seconds since the epoch: the time of day, with the date on other days than today. */
export function clock(seconds: number | undefined, withSeconds = false): string {
  return seconds === undefined ? '' : recentTime(new Date(seconds * 1000), withSeconds ? timeWithSeconds : time);
}

/** Formats a number with its thousands apart: `12,345`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
