/** How long a host may take to answer while nobody has been asked anything. */
export interface ReadyTimeout {
  /** Waits for a person: the host is not to blame meanwhile. */
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
