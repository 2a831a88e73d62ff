import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { findTool } from '../system/executables';
import { get } from '../system/http';
import { withoutLogin } from '../../src-shared/without-login';
import type { Repository } from './named';
import { localFolder, releaseFolder } from './probe';
import { exitText } from '../../src-shared/exit-text';

/** The limits of one check over all lists. */
const MAX_BYTES = 60 * 1024 * 1024;
const TIMEOUT_MS = 20_000;
/** The limit on one list when unpacked. */
const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024;
/** A longer line is not part of a package list. */
const MAX_LINE_BYTES = 1024 * 1024;

/** The names in package lists: real packages, and the names that packages provide. */
export interface PackageNames {
  readonly real: Set<string>;
  readonly provided: Set<string>;
}

/** The bytes that may still be fetched. */
export class Budget {
  #bytes = MAX_BYTES;
  readonly #deadline = Date.now() + TIMEOUT_MS;

  get milliseconds(): number {
    return Math.max(1, this.#deadline - Date.now());
  }

  /** Throws when the budget is used up. */
  take(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#bytes < 0) throw new Error(`its lists have more than ${MAX_BYTES / 1024 / 1024} MB`);
  }
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: 'i386', arm: 'armhf', ppc64: 'ppc64el' };

/**
 * Adds the names of all packages that a Debian repository has for this host. Rejects when a list cannot be read
 * completely.
 */
export async function readIndexes(
  repository: Repository & { kind: 'debian' },
  names: PackageNames,
  budget: Budget,
): Promise<void> {
  const folder = releaseFolder(repository);
  const binary = `binary-${ARCHITECTURES[process.arch] ?? process.arch}`;
  const lists = repository.suite.endsWith('/')
    ? [`${folder}/Packages`]
    : repository.components.map((component) => `${folder}/${component}/${binary}/Packages`);
  await Promise.all(lists.map((list) => readList(list, names, budget)));
}

async function readList(list: string, names: PackageNames, budget: Budget): Promise<void> {
  const suffixes = ['.gz', ...(findTool('xz') === undefined ? [] : ['.xz']), ''];
  for (const suffix of suffixes) {
    const packed = await open(`${list}${suffix}`);
    if (!packed) continue;
    const timer = setTimeout(
      () => packed.destroy(new Error(`${withoutLogin(list)} could not be read within ${TIMEOUT_MS / 1000} s`)),
      budget.milliseconds,
    );
    try {
      packed.on('data', (chunk: Buffer) => takeFrom(budget, chunk, packed));
      await readNames(packed, suffix, names);
      return;
    } finally {
      clearTimeout(timer);
      packed.destroy();
    }
  }
  throw new Error(`there is no ${withoutLogin(list)}`);
}

function takeFrom(budget: Budget, chunk: Buffer, packed: Readable): void {
  try {
    budget.take(chunk.length);
  } catch (error) {
    packed.destroy(error as Error);
  }
}

/** The contents of a file; `undefined` when there is none. */
async function open(file: string): Promise<Readable | undefined> {
  const path = localFolder(file);
  if (path !== undefined)
    return access(path).then(
      () => createReadStream(path),
      () => undefined,
    );
  const answer = await get(new URL(file));
  if (answer.statusCode === 200) return answer;
  answer.destroy();
  return undefined;
}

async function readNames(packed: Readable, suffix: string, names: PackageNames): Promise<void> {
  const collect = (unpacked: AsyncIterable<Buffer>): Promise<void> => collectNames(unpacked, names);
  if (suffix === '.gz') return pipeline(packed, createGunzip(), collect);
  if (suffix === '') return pipeline(packed, collect);
  const xz = spawn('xz', ['-dc'], { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    const ended = new Promise<void>((resolve, reject) => {
      xz.on('error', reject);
      xz.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`xz ${exitText(code)}`))));
    });
    await Promise.all([pipeline(packed, xz.stdin), pipeline(xz.stdout, collect), ended]);
  } finally {
    xz.kill();
  }
}

/** Reads the fields `Package:` and `Provides:`; the rest is skipped. */
async function collectNames(unpacked: AsyncIterable<Buffer>, { real, provided }: PackageNames): Promise<void> {
  let rest = '';
  let size = 0;
  for await (const chunk of unpacked) {
    size += chunk.length;
    if (size > MAX_UNPACKED_BYTES) throw new Error('a package list unpacks to more than 1 GB');
    const text = rest + chunk.toString('latin1');
    const end = text.lastIndexOf('\n') + 1;
    rest = text.length - end > MAX_LINE_BYTES ? '' : text.slice(end);
    collectFrom(text.slice(0, end), real, provided);
  }
  collectFrom(rest, real, provided);
}

function collectFrom(text: string, real: Set<string>, provided: Set<string>): void {
  for (const [, field, value = ''] of text.matchAll(/^(Package|Provides): (.*)$/gm))
    if (field === 'Package') real.add(value.trim());
    else for (const name of value.split(',')) provided.add(name.trim().split(/[\s:(]/, 1)[0] ?? '');
}
