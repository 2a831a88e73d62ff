/** A timeout for a host's answers that does not run while a question to the user is open. */
export interface ReadyTimeout {
  /** Stops the timeout while the user answers. */
  whileAsking<T>(answer: Promise<T>): Promise<T>;
  end(): void;
}

/** Calls `lost` once, after `limit` milliseconds in which no question was open. */
export function createReadyTimeout(limit: number, lost: () => void): ReadyTimeout {
  let timer: NodeJS.Timeout | undefined = setTimeout(lost, limit);
  let asking = 0;
  let ended = false;
  return {
    async whileAsking(answer) {
      asking++;
      clearTimeout(timer);
      try {
        return await answer;
      } finally {
        if (--asking === 0 && !ended) timer = setTimeout(lost, limit);
      }
    },
    end() {
      ended = true;
      clearTimeout(timer);
    },
  };
}
