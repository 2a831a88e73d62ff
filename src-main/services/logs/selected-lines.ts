/** Numbers of lines, in order. */
export class SelectedLines {
  count = 0;
  /** Number of lines that were checked. */
  seen = 0;
  #numbers = new Uint32Array(1024);

  add(line: number): void {
    if (this.count === this.#numbers.length) {
      const grown = new Uint32Array(this.count * 2);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[this.count++] = line;
  }

  at(index: number): number {
    return this.#numbers[index] ?? 0;
  }
}
