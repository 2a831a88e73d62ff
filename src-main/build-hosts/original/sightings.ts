/** Times nearer to each other are one, in seconds: a log that grows for hours is seen growing very often. */
const MIN_DIFFERENCE_SECONDS = 0.1;

/** When which part of a growing file was first seen. */
export class Sightings {
  readonly #from: number[] = [];
  readonly #times: (number | undefined)[] = [];

  /**
   * Records that what begins at `from` was seen at that time, in seconds since the epoch, or at an unknown time. Returns the recorded time.
   */
  add(from: number, time: number | undefined): number | undefined {
    const last = this.#times.at(-1);
    const isSame = last === undefined || time === undefined ? last === time : time - last < MIN_DIFFERENCE_SECONDS;
    if (isSame && this.#times.length > 0) return last;
    this.#from.push(from);
    this.#times.push(time);
    return time;
  }

  /** When the byte at an offset was seen. */
  at(offset: number): number | undefined {
    let [low, high] = [0, this.#from.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#from[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return this.#times[low - 1];
  }
}
