import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { afterFile } from './after-file';

/** A package of a test's repository. The fields are those of Debian's control files. */
export interface TestPackage {
  readonly name: string;
  readonly version?: string;
  readonly summary?: string;
  readonly depends?: string | undefined;
  readonly conflicts?: string;
  readonly provides?: string;
  readonly essential?: boolean;
  /** kB on the disk, and bytes to fetch. */
  readonly installed?: number;
  readonly size?: number;
  /** SHA-256 of its file, for a package that is fetched. */
  readonly sum?: string | undefined;
  /** Further lines, unchanged. */
  readonly more?: string;
}

const ARCHITECTURE = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();

/** A signer of lists. */
export class Signer {
  /** Public key, for `signed-by`. */
  readonly key: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'slipway-signer-'));

  constructor() {
    this.#gpg(['--quick-generate-key', 'Slipway test <test@example.org>', 'ed25519', 'sign', 'never']);
    this.key = join(this.#folder, 'key.asc');
    writeFileSync(this.key, this.#gpg(['--armor', '--export']));
  }

  sign(text: string): string {
    return this.#gpg(['--clearsign'], text);
  }

  dispose(): void {
    execFileSync('gpgconf', ['--homedir', this.#folder, '--kill', 'all'], { stdio: 'ignore' });
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #gpg(args: readonly string[], input?: string): string {
    const unattended = ['--batch', '--quiet', '--yes', '--passphrase', '', '--pinentry-mode', 'loopback'];
    return execFileSync('gpg', ['--homedir', this.#folder, ...unattended, ...args], {
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
      input,
    });
  }
}

/** Making a key takes seconds, so all repositories of a test file share one. */
let shared: Signer | undefined;

function sharedSigner(): Signer {
  if (shared) return shared;
  const signer = (shared = new Signer());
  afterFile(() => {
    shared = undefined;
    signer.dispose();
  });
  return signer;
}

/** What kind of repository it is. */
export interface RepositoryLayout {
  readonly suite?: string;
  /** Its lists lie beside its packages, without suites and components. */
  readonly isFlat?: boolean;
  /** Further lines of its Release file. */
  readonly release?: readonly string[];
  /** `USER:PASSWORD`, which each request must have. */
  readonly login?: string;
  /** Contents of files below its root, such as those of packages. */
  readonly files?: ReadonlyMap<string, Buffer>;
}

/** A signed Debian repository on loopback, by default of the release `test`, component `main`. Gone when the test ends. */
export class AptRepository {
  readonly #signer = sharedSigner();
  /** Requests so far. */
  requests: string[] = [];
  readonly #server: Server;
  #port = 0;
  #files = new Map<string, Buffer>();
  /** The files whose connection is cut, after this number of bytes. */
  #cut: { readonly file: RegExp; readonly bytes: number } | undefined;
  readonly #layout: RepositoryLayout;
  /** Answers wait for it. */
  #held: Promise<void> | undefined;

  private constructor(layout: RepositoryLayout) {
    this.#layout = layout;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const path = new URL(request.url ?? '', 'http://localhost').pathname; // without the `./` of a flat repository
    this.requests.push(path);
    await this.#held;
    const { login } = this.#layout;
    if (login !== undefined && request.headers.authorization !== `Basic ${Buffer.from(login).toString('base64')}`)
      return response.writeHead(request.headers.authorization === undefined ? 401 : 403).end();
    const file = this.#files.get(path) ?? this.#layout.files?.get(path);
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { 'content-length': file.length });
    if (!this.#cut?.file.test(path)) return response.end(file);
    return response.write(file.subarray(0, this.#cut.bytes), () => request.socket.destroy());
  }

  static async serve(packages: readonly TestPackage[], layout: RepositoryLayout = {}): Promise<AptRepository> {
    const repository = new AptRepository(layout);
    repository.publish(packages);
    repository.#server.listen(0, '127.0.0.1');
    await once(repository.#server, 'listening');
    repository.#port = (repository.#server.address() as AddressInfo).port;
    onTestFinished(() => repository.stop());
    return repository;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The repository's address in the manifest's form. */
  get source(): string {
    return `[signed-by=${this.key}] ${this.url} ${this.suite}`;
  }

  /** The suite and the component, as a source names them. */
  get suite(): string {
    return this.#layout.isFlat === true ? './' : `${this.#layout.suite ?? 'test'} main`;
  }

  /** The file of the key that signs its lists. */
  get key(): string {
    return this.#signer.key;
  }

  /** Lets requests wait until the returned function is called. */
  hold(): () => void {
    let release = (): void => undefined;
    this.#held = new Promise((resolve) => (release = resolve));
    return release;
  }

  /** Replaces the packages of the repository. */
  publish(packages: readonly TestPackage[], { signedBy = this.#signer } = {}): void {
    const list = Buffer.from(packages.map(stanza).join('\n'));
    const packed = gzipSync(list);
    const { suite = 'test', isFlat = false, release: lines = [] } = this.#layout;
    const path = isFlat ? 'Packages' : `main/binary-${ARCHITECTURE}/Packages`;
    const root = isFlat ? '' : `/dists/${suite}`;
    const sums = [
      [path, list],
      [`${path}.gz`, packed],
    ] as const;
    const release = [
      'Origin: Slipway test',
      `Suite: ${suite}`,
      `Codename: ${suite}`,
      ...lines,
      `Architectures: ${ARCHITECTURE}`,
      'Components: main',
      `Date: ${new Date().toUTCString().replace('GMT', 'UTC')}`,
      'SHA256:',
      ...sums.map(([name, data]) => ` ${createHash('sha256').update(data).digest('hex')} ${data.length} ${name}`),
      '',
    ].join('\n');
    this.#files = new Map([
      [`${root}/InRelease`, Buffer.from(signedBy.sign(release))],
      [`${root}/${path}.gz`, packed],
    ]);
  }

  /** Cuts the connection in the middle of these files, from this call on. */
  cutOff(file: RegExp, bytes: number): void {
    this.#cut = { file, bytes };
  }

  /** Serves complete files again. */
  mend(): void {
    this.#cut = undefined;
  }

  /** Replaces the bytes of a file. */
  replace(file: RegExp, change: (content: Buffer) => Buffer): void {
    for (const [path, content] of this.#files) if (file.test(path)) this.#files.set(path, change(content));
  }

  /** Stops answering. */
  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function stanza(one: TestPackage): string {
  const { name, version = '1.0', summary = `The package ${name}`, installed = 100, size = 5000 } = one;
  const optional = [
    ['Essential', one.essential ? 'yes' : undefined],
    ['Depends', one.depends],
    ['Conflicts', one.conflicts],
    ['Provides', one.provides],
  ] as const;
  return [
    `Package: ${name}`,
    `Version: ${version}`,
    'Architecture: all',
    'Maintainer: Test <test@example.org>',
    `Installed-Size: ${installed}`,
    ...optional.flatMap(([field, value]) => (value === undefined ? [] : [`${field}: ${value}`])),
    'Section: misc',
    'Priority: optional',
    `Filename: pool/${name}_${version}_all.deb`,
    `Size: ${size}`,
    `SHA256: ${one.sum ?? createHash('sha256').update(name).digest('hex')}`,
    `Description: ${summary}`,
    ...(one.more === undefined ? [] : [one.more]),
    '',
  ].join('\n');
}
