/**
 * Shapes of JSON values: each checks a value, derives its TypeScript type, and can be written out for the reference page.
 *
 * Not zod: its smallest form costs each start of the engine 2 to 4 ms (5 to 8 % of `node -e 0`), these cost nothing measurable.
 * An object may have fields that its shape does not name, because a newer engine may have written it.
 */
export interface Shape<T> {
  /** The type as the reference writes it, for example `string | null` or `PlannedStep[]`. */
  readonly type: string;
  readonly description: string;
  accepts(value: unknown): value is T;
}

/** A field that may be missing. */
export interface OptionalShape<T> extends Shape<T> {
  readonly isOptional: true;
}

/** The fields of an object by their names. */
export type Fields = Readonly<Record<string, Shape<unknown>>>;

/** An object with named fields; `Fields` of it are kept for the reference. */
export interface ObjectShape<F extends Fields> extends Shape<ObjectOf<F>> {
  readonly fields: F;
}

/** The type of the values that a shape accepts. */
export type TypeOf<S> = S extends Shape<infer T> ? T : never;

type OptionalKeys<F> = { [K in keyof F]: F[K] extends OptionalShape<unknown> ? K : never }[keyof F];
type Flat<T> = { readonly [K in keyof T]: T[K] };

/** The type of an object with these fields. */
export type ObjectOf<F> = Flat<
  { [K in Exclude<keyof F, OptionalKeys<F>>]: TypeOf<F[K]> } & { [K in OptionalKeys<F>]?: TypeOf<F[K]> }
>;

const simple = <T>(type: string, test: (value: unknown) => boolean): Shape<T> => ({
  type,
  description: '',
  accepts: (value): value is T => test(value),
});

export const text = simple<string>('string', (value) => typeof value === 'string');
export const number = simple<number>('number', Number.isFinite);
export const flag = simple<boolean>('boolean', (value) => typeof value === 'boolean');

/** One of these strings. */
export const oneOf = <const T extends readonly string[]>(...values: T): Shape<T[number]> =>
  simple(values.map((value) => `'${value}'`).join(' | '), (value) => values.some((one) => one === value));

/** The value, or `null`. */
export const nullable = <T>(shape: Shape<T>): Shape<T | null> =>
  simple(`${shape.type} | null`, (value) => value === null || shape.accepts(value));

/** An array whose elements all fit. */
export const listOf = <T>(shape: Shape<T>): Shape<readonly T[]> =>
  simple(`${shape.type}[]`, (value) => Array.isArray(value) && value.every((one) => shape.accepts(one)));

/** An array of two elements. */
export const pairOf = <A, B>(first: Shape<A>, second: Shape<B>): Shape<readonly [A, B]> =>
  simple(
    `[${first.type}, ${second.type}]`,
    (value) => Array.isArray(value) && value.length === 2 && first.accepts(value[0]) && second.accepts(value[1]),
  );

/** The shape with the sentence that the reference has for it. */
export const described = <S extends Shape<unknown>>(shape: S, description: string): S => ({ ...shape, description });

/** A field that may be missing; `null` is not missing. */
export const optional = <T>(shape: Shape<T>, description = shape.description): OptionalShape<T> => ({
  ...shape,
  description,
  isOptional: true,
});

export const isOptional = (shape: Shape<unknown>): boolean => 'isOptional' in shape;

/**
 * An object with these fields, and perhaps others.
 *
 * @param name the type's name in the reference
 */
export function object<const F extends Fields>(name: string, description: string, fields: F): ObjectShape<F> {
  const entries = Object.entries(fields);
  return {
    ...simple<ObjectOf<F>>(name, (value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      const given = value as Readonly<Record<string, unknown>>;
      return entries.every(([key, shape]) =>
        given[key] === undefined ? isOptional(shape) : shape.accepts(given[key]),
      );
    }),
    description,
    fields,
  };
}
