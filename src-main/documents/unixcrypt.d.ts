/** The function of `unixcrypt` that is used, so that types are checked also where the package is not installed yet. */
declare module 'unixcrypt' {
  /** Returns the hash of a password; `salt` is `$6$` and the salt for SHA-512. */
  export function encrypt(plaintext: string, salt?: string): string;
}
