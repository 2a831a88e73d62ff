/**
 * The results of a function for each item, in the order of the items.
 *
 * @param limit calls at the same time
 */
export async function inParallel<T, R>(items: readonly T[], limit: number, of: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of rest) results[index] = await of(item);
  };
  await Promise.all(Array.from({ length: limit }, work));
  return results;
}
