import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** One version of a package of a test's publisher. */
export interface TestIpsPackage {
  readonly name: string;
  /** A missing branch and time are added. */
  readonly version?: string;
  readonly summary?: string;
  readonly classification?: string;
  /** `NAME@VERSION` for a required package, or the attributes of the action: `type=optional fmri=NAME`. */
  readonly depends?: readonly string[];
  readonly isObsolete?: boolean;
  readonly isRenamed?: boolean;
  /** Values of `variant.arch`. */
  readonly architectures?: readonly string[];
  /** Further actions, unchanged; those of `set` have the texts for users. */
  readonly extra?: readonly string[];
}

/** The packages of a publisher. */
export interface Offer {
  readonly publisher: string;
  readonly packages: readonly TestIpsPackage[];
}

/** A publisher of IPS packages on loopback, with the catalogue of its packages. Removed when the test ends. */
export class IpsPublisher {
  /** The requested paths so far. */
  requests: string[] = [];
  readonly #server: Server;
  #port = 0;
  #files = new Map<string, Buffer>();
  /** The files whose connection is cut, after this number of bytes. */
  #cut: { readonly file: RegExp; readonly bytes: number } | undefined;

  private constructor() {
    this.#server = createServer((request, response) => {
      const path = request.url ?? '';
      this.requests.push(path);
      const file = this.#files.get(path);
      if (!file) return response.writeHead(404).end();
      response.writeHead(200, { 'content-length': file.length });
      if (!this.#cut?.file.test(path)) return response.end(file);
      response.write(file.subarray(0, this.#cut.bytes), () => request.socket.destroy());
    });
  }

  static async serve(...offers: readonly Offer[]): Promise<IpsPublisher> {
    const one = new IpsPublisher();
    one.publish(...offers);
    one.#server.listen(0, '127.0.0.1');
    await once(one.#server, 'listening');
    one.#port = (one.#server.address() as AddressInfo).port;
    onTestFinished(() => one.stop());
    return one;
  }

  /** The publisher's address in the manifest's form. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Replaces the packages; a depot has all its publishers. */
  publish(...offers: readonly Offer[]): void {
    this.#files = new Map([
      ['/versions/0/', Buffer.from('pkg-server test\npublisher 0 1\ncatalog 0 1\nversions 0\nfile 0 1\n')],
      ['/publisher/0/', Buffer.from(publisherFile(offers.map(({ publisher }) => publisher)))],
    ]);
    for (const offer of offers)
      for (const [name, content] of catalogueFiles([offer]))
        this.#files.set(`/${offer.publisher}/catalog/1/${name}`, content);
    for (const [name, content] of catalogueFiles(offers)) this.#files.set(`/catalog/1/${name}`, content);
  }

  /** Removes files. */
  remove(file: RegExp): void {
    for (const path of this.#files.keys()) if (file.test(path)) this.#files.delete(path);
  }

  /** Replaces the bytes of a file. */
  replace(file: RegExp, change: (content: Buffer) => Buffer): void {
    for (const [path, content] of this.#files) if (file.test(path)) this.#files.set(path, change(content));
  }

  /** Cuts the connection in the middle of these files, from this call on. */
  cutOff(file: RegExp, bytes: number): void {
    this.#cut = { file, bytes };
  }

  /** Serves complete files again. */
  mend(): void {
    this.#cut = undefined;
  }

  /** Stops answering. */
  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** A publisher with these packages. */
export const servePublisher = (offer: Offer): Promise<IpsPublisher> => IpsPublisher.serve(offer);

/** Writes a repository into a folder, as `pkgrepo` lays it out. */
export function writeRepository(folder: string, ...offers: readonly Offer[]): void {
  writeFileSync(join(folder, 'pkg5.repository'), '[repository]\nversion = 4\n');
  for (const offer of offers)
    for (const [name, content] of catalogueFiles([offer])) {
      const path = join(folder, 'publisher', offer.publisher, 'catalog', name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
}

/** A version with all its parts in a catalogue. */
export function fullVersion(version = '1.0'): string {
  if (version.includes(':')) return version;
  const [release = '', branch = '2026.0.0.0'] = version.split('-');
  return `${release},5.11-${branch}:20260101T000000Z`;
}

/**
 * The text of a catalogue file as it is signed: sorted members, no blanks, a newline, and its SHA-1 as the last member.
 */
export function signed(content: object): { readonly file: Buffer; readonly signature: string } {
  const text = `${JSON.stringify(sorted(content))}\n`;
  const signature = createHash('sha1').update(text).digest('hex');
  const comma = text === '{}\n' ? '' : ',';
  return { file: Buffer.from(`${text.slice(0, -2)}${comma}"_SIGNATURE":{"sha-1":"${signature}"}}\n`), signature };
}

function catalogueFiles(offers: readonly Offer[]): Map<string, Buffer> {
  const part = (entryOf: (one: TestIpsPackage) => object): object =>
    Object.fromEntries(offers.map(({ publisher, packages }) => [publisher, versionsByName(packages, entryOf)]));
  const files = Object.entries({
    'catalog.base.C': part(({ name }) => ({ 'signature-sha-1': createHash('sha1').update(name).digest('hex') })),
    'catalog.dependency.C': part((one) => ({ actions: dependencyActions(one) })),
    'catalog.summary.C': part((one) => ({ actions: summaryActions(one) })),
  }).map(([name, content]) => [name, signed(content)] as const);
  const modified = '20260102T030405.678901Z';
  const attributes = {
    created: modified,
    'last-modified': modified,
    'package-count': offers.reduce((sum, { packages }) => sum + new Set(packages.map(({ name }) => name)).size, 0),
    'package-version-count': offers.reduce((sum, { packages }) => sum + packages.length, 0),
    parts: Object.fromEntries(
      files.map(([name, { signature }]) => [name, { 'last-modified': modified, 'signature-sha-1': signature }]),
    ),
    updates: {},
    version: 1,
  };
  return new Map([
    ['catalog.attrs', signed(attributes).file],
    ...files.map(([name, { file }]) => [name, file] as const),
  ]);
}

function versionsByName(packages: readonly TestIpsPackage[], entryOf: (one: TestIpsPackage) => object): object {
  const found = new Map<string, object[]>();
  for (const one of packages)
    found.set(one.name, [...(found.get(one.name) ?? []), { version: fullVersion(one.version), ...entryOf(one) }]);
  return Object.fromEntries(found);
}

function dependencyActions({ depends = [], isObsolete, isRenamed, architectures }: TestIpsPackage): string[] {
  return [
    ...depends.map((text) => `depend ${text.includes('=') ? text : `fmri=pkg:/${text} type=require`}`),
    ...(isObsolete ? ['set name=pkg.obsolete value=true'] : []),
    ...(isRenamed ? ['set name=pkg.renamed value=true'] : []),
    ...(architectures ? [`set name=variant.arch ${architectures.map((one) => `value=${one}`).join(' ')}`] : []),
  ];
}

function summaryActions({
  name,
  summary = `The package ${name}`,
  classification,
  extra = [],
}: TestIpsPackage): string[] {
  return [
    `set name=pkg.summary value=${quoted(summary)}`,
    ...(classification === undefined
      ? []
      : [`set name=info.classification value="org.opensolaris.category.2008:${classification}"`]),
    ...extra,
  ];
}

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

const publisherFile = (names: readonly string[]): string =>
  JSON.stringify({
    packages: [],
    publishers: names.map((name) => ({ alias: null, name, packages: [], repositories: [] })),
    version: 1,
  });

/** Sorts members by name, at all levels. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}
