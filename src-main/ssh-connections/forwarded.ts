/** The methods of `T` that answer with a promise. */
type Asking<T> = {
  [K in keyof T]: T[K] extends (...args: never[]) => Promise<unknown> ? K : never;
}[keyof T];

/**
 * Methods that call the same method of another object, which is known only when it is called. A method that is missing in `names` is missing
 * in the result, so that an interface with a new method does not compile before the method is in the list.
 *
 * @param of returns the object
 */
export function forwarded<T, const K extends Asking<T>>(of: () => Promise<T>, names: readonly K[]): Pick<T, K> {
  const forward =
    (name: K) =>
    async (...args: never[]) => {
      const target = await of();
      return (target[name] as unknown as (...args: never[]) => Promise<unknown>).call(target, ...args);
    };
  return Object.fromEntries(names.map((name) => [name, forward(name)])) as Pick<T, K>;
}
