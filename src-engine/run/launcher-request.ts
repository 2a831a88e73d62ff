/**
 * A request to the launcher; `launcher-program.ts` has the form.
 *
 * @param before fields before the number of arguments
 */
export function launcherRequest(argv: readonly string[], env: NodeJS.ProcessEnv, ...before: readonly string[]): Buffer {
  const variables = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  const fields = [...before, String(argv.length), ...argv, ...variables];
  const body = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}
