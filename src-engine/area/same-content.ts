import type { Readable } from 'node:stream';

/** Whether two streams of bytes have the same content. Reads no further than the first difference, and closes both. */
export async function sameContent(a: Readable, b: Readable): Promise<boolean> {
  const sides = [a, b].map((stream) => ({ stream, rest: Buffer.alloc(0) as Buffer | undefined }));
  const iterators = sides.map(({ stream }) => stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>);
  // The iterators report errors; an error on the side that is not being read would be an uncaught event.
  for (const { stream } of sides) stream.on('error', () => undefined);
  try {
    for (;;) {
      for (const [n, side] of sides.entries())
        if (side.rest?.length === 0) side.rest = (await iterators[n]?.next())?.value;
      const [one, two] = sides.map(({ rest }) => rest);
      if (!one || !two) return one === two;
      const length = Math.min(one.length, two.length);
      if (one.compare(two, 0, length, 0, length) !== 0) return false;
      for (const side of sides) side.rest = side.rest?.subarray(length);
    }
  } finally {
    for (const { stream } of sides) stream.destroy();
  }
}
