// What every JavaScript runtime has and the language's own library leaves to the platform's types.
declare class TextDecoder {
  constructor(encoding?: string, options?: { readonly fatal?: boolean });
  decode(input?: Uint8Array, options?: { readonly stream?: boolean }): string;
}

/** Text to UTF-8. */
declare class TextEncoder {
  encode(text: string): Uint8Array;
}
