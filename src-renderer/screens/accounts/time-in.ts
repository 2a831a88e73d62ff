/** The time in a zone as a sentence, as in `UTC+1, now 15:02`; `undefined` for a zone that is not known. */
export function timeIn(zone: string, now: Date): string | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
      timeZoneName: 'shortOffset',
    });
    const parts = format.formatToParts(now);
    const valueOf = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
    return `${valueOf('timeZoneName').replace('GMT', 'UTC')}, now ${valueOf('hour')}:${valueOf('minute')}`;
  } catch (error) {
    // A zone is what the user types.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
