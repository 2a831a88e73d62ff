/** The host opens no further session on this connection: it allows only so many at a time, or none. */
export class SessionRefused extends Error {
  override readonly name = 'SessionRefused';
}
