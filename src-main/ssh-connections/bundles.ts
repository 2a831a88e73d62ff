import { createHash, randomUUID } from 'node:crypto';
import { readFile } from '../system/files';
import { basename, dirname, join } from 'node:path';
import { join as onHost } from 'node:path/posix';
import { pack } from 'tar-stream';
import { AppError } from '../../src-shared/errors';
import { exitText } from '../../src-shared/exit-text';
import { decodeManifest, MAX_BYTES } from '../../src-shared/manifest/source';
import { documentFiles, type DocumentFile } from '../documents/document-files';
import { readBounded } from '../files/text-files';
import type { ConnectedHost } from './host-link';

/** A larger folder is not a manifest with scripts. */
const MAX_BUNDLE_BYTES = 64 * 1024 * 1024;

/**
 * Unpacks a bundle under a temporary name of this caller and renames it, so that it is complete or absent. Marks it as used, and removes bundles of the
 * same document that were not used for a month. A running build keeps the bundle it was started with.
 */
const UNPACK = `umask 022; cd "$1" || exit 1
if [ ! -d "$2" ]; then
  p=$3.part; mkdir "$p" && (cd "$p" && tar -xof "../$3.tar") || exit 1
  if [ -d "$2" ]; then rm -rf "$p"; else mv "$p" "$2" || exit 1; fi
fi
rm -f "$3.tar"; touch "$2"
find . -type d ! -name . -prune -mtime +30 -exec rm -rf {} +`;

/** Copies of this computer's documents on a host. Each state of a document has its own folder, named by its hash. */
export class Bundles {
  /** Paths of the bundles that were sent, by connection and by hash. */
  readonly #placed = new WeakMap<ConnectedHost, Map<string, Promise<string>>>();

  readonly #connected: () => Promise<ConnectedHost>;

  constructor(connected: () => Promise<ConnectedHost>) {
    this.#connected = connected;
  }

  /** Returns the host's path of a manifest in its present state on this disk. Sends it if necessary. */
  async place(manifest: string): Promise<string> {
    const files = await filesOf(manifest);
    const hash = hashOf(files);
    const host = await this.#connected();
    const placed = this.#placed.get(host) ?? new Map<string, Promise<string>>();
    this.#placed.set(host, placed);
    const key = `${manifest}\n${hash}`;
    const place = placed.get(key) ?? send(host, manifest, hash, files);
    placed.set(key, place);
    place.catch(() => placed.delete(key));
    return onHost(await place, basename(manifest));
  }
}

/** SHA-256 of a manifest of this computer and of the scripts that belong to it, by their paths in the document. */
export async function fileHashes(manifest: string): Promise<ReadonlyMap<string, string>> {
  const files = await filesOf(manifest);
  return new Map(files.map(({ path, bytes }) => [path, createHash('sha256').update(bytes).digest('hex')]));
}

interface BundledFile extends DocumentFile {
  readonly bytes: Buffer;
}

/** The manifest and the scripts that belong to it. */
async function filesOf(manifest: string): Promise<BundledFile[]> {
  try {
    return await read(manifest);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('missing', `${manifest} and its scripts cannot be read: ${(error as Error).message}`);
  }
}

async function read(manifest: string): Promise<BundledFile[]> {
  const bytes = await readBounded(manifest, MAX_BYTES);
  const folder = dirname(manifest);
  const scripts = await documentFiles(folder, decodeManifest(bytes), basename(manifest));
  const files: BundledFile[] = [{ path: basename(manifest), executable: false, bytes }];
  let size = bytes.length;
  for (const file of scripts.filter(({ path }) => path !== basename(manifest))) {
    const script = await readFile(join(folder, file.path));
    size += script.length;
    if (size > MAX_BUNDLE_BYTES)
      throw new AppError(
        'refused',
        `The scripts of ${manifest} have more than 64 MiB, which are not sent to a build host.`,
        'Keep large files on the host, and use their paths there.',
      );
    files.push({ ...file, bytes: script });
  }
  return files;
}

function hashOf(files: readonly BundledFile[]): string {
  const hash = createHash('sha256');
  for (const { path, executable, bytes } of files)
    hash.update(`${path}\0${executable ? 'x' : '-'}${bytes.length}\0`).update(bytes);
  return hash.digest('hex').slice(0, 32);
}

/** Sends a bundle that the host does not have; returns its folder. */
async function send(
  { transport, folder }: ConnectedHost,
  manifest: string,
  hash: string,
  files: readonly BundledFile[],
): Promise<string> {
  // The folder contains a hash of the manifest's path, because several documents may be built on the host.
  const home = onHost(folder, 'documents', createHash('sha256').update(manifest).digest('hex').slice(0, 16));
  const isThere = (await transport.list(home)).includes(hash);
  // Another program may send the same bundle at the same time.
  const own = `${hash}.${randomUUID()}`;
  if (!isThere) await transport.send({ path: onHost(home, `${own}.tar`), bytes: await packed(files), mode: 0o600 });
  const { code, stderr } = await transport.runAsAccount(['sh', '-c', UNPACK, 'sh', home, hash, own]);
  if (code !== 0)
    throw new AppError(
      'unsupported',
      `The manifest and its scripts cannot be unpacked in ${home}: ${stderr.trim() || `tar ${exitText(code)}`}`,
      'The host needs tar(1) and enough space for them.',
    );
  return onHost(home, hash);
}

async function packed(files: readonly BundledFile[]): Promise<Buffer> {
  const archive = pack();
  for (const { path, executable, bytes } of files)
    archive.entry({ name: path, mode: executable ? 0o755 : 0o644, mtime: new Date(0) }, bytes);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
