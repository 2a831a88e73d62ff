import { problemsOf, type EntryProblem, type HostEntry } from '../../../src-shared/hosts/model';

/** The form of a saved host. Typed fields are text. */
export interface EntryForm {
  name: string;
  address: string;
  port: string;
  user: string;
  agent: boolean;
  /** One path per line. */
  keys: string;
  password: boolean;
  jump: string;
  root: HostEntry['root'];
  engine: HostEntry['engine'];
  client: NonNullable<HostEntry['client']>;
}

/** Returns the form of an entry, or of a new one. */
export function formOf(entry: HostEntry | undefined): EntryForm {
  return {
    name: entry?.name ?? '',
    address: entry?.address ?? '',
    port: entry?.port?.toString() ?? '',
    user: entry?.user ?? '',
    agent: entry?.agent ?? true,
    keys: entry?.keys.join('\n') ?? '',
    password: entry?.password ?? true,
    jump: entry?.jump ?? '',
    root: entry?.root ?? 'auto',
    engine: entry?.engine ?? 'auto',
    client: entry?.client ?? 'auto',
  };
}

/** Returns the entry of a form. The name defaults to the address. */
export function entryOf(form: EntryForm, id: string): HostEntry {
  const { agent, password, root, engine, client } = form;
  const text = (value: string): string | undefined => (value.trim() === '' ? undefined : value.trim());
  const [port, user, jump] = [text(form.port), text(form.user), text(form.jump)];
  const keys = form.keys
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return {
    id,
    name: text(form.name) ?? form.address.trim(),
    address: form.address.trim(),
    ...(port !== undefined && { port: /^\d+$/.test(port) ? Number(port) : NaN }),
    ...(user !== undefined && { user }),
    agent,
    keys,
    password,
    ...(jump !== undefined && { jump }),
    root,
    engine,
    ...(client !== 'auto' && { client }),
  };
}

/** Returns the first problem of each field. */
export function problemsByField(entry: HostEntry, others: readonly HostEntry[]): Map<EntryProblem['field'], string> {
  const found = new Map<EntryProblem['field'], string>();
  for (const { field, message } of problemsOf(entry, others)) if (!found.has(field)) found.set(field, message);
  return found;
}
