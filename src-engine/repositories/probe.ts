import { reasonOf } from '../../src-shared/errors';
import { existsSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { fileURLToPath } from 'node:url';
import { aptHasProxy } from './apt';
import { NotTestable, get } from '../system/http';
import { withoutLogin } from '../../src-shared/without-login';
import { nameOf, type Repository } from './named';

/** The state of a repository. */
export interface RepositoryProbe {
  readonly repository: Repository;
  readonly state: 'ok' | 'missing' | 'unknown';
  readonly detail: string;
  /** Seconds by which its clock differs from this host's, where it sends the time. */
  readonly skewSeconds?: number;
}

/** The root folder of a Debian release. A flat repository has these files beside its packages. */
export function releaseFolder(repository: Repository & { kind: 'debian' }): string {
  return repository.suite.endsWith('/')
    ? `${repository.url}/${repository.suite.replace(/\/+$/, '')}`
    : `${repository.url}/dists/${repository.suite}`;
}

/** Files of which a repository has at least one. */
function knownFiles(repository: Repository): string[] {
  if (repository.kind === 'ips') return [`${repository.url}/versions/0/`];
  const folder = releaseFolder(repository);
  return [`${folder}/InRelease`, `${folder}/Release`];
}

/** The folder of a repository on this host; `undefined` for a remote one. */
export function localFolder(url: string): string | undefined {
  if (url.startsWith('/')) return url;
  const [scheme] = /^(?:file|copy):(?:\/\/localhost(?=\/))?\/*/i.exec(url) ?? [];
  if (scheme === undefined) return undefined;
  const path = `/${url.slice(scheme.length)}`;
  try {
    return fileURLToPath(`file://${path}`);
  } catch {
    return path; // an escape that stands for no character belongs to the name
  }
}

/** Checks whether a repository answers. Never rejects. */
export async function probeRepository(repository: Repository): Promise<RepositoryProbe> {
  const name = nameOf(repository);
  if (repository.kind === 'debian' && repository.suite === '')
    return {
      repository,
      state: 'unknown',
      detail: `${name}: neither the manifest nor /etc/os-release names a release`,
    };
  try {
    return localFolder(repository.url) === undefined ? await probeServer(repository) : probeFolder(repository);
  } catch (error) {
    const reason = reasonOf(error) || 'no answer';
    if (error instanceof NotTestable) return { repository, state: 'unknown', detail: `${name}: ${reason}` };
    if (repository.kind === 'debian' && (await aptHasProxy()))
      return { repository, state: 'unknown', detail: `${name}: APT goes through a proxy; directly it is: ${reason}` };
    return { repository, state: 'missing', detail: `${name}: ${reason}` };
  }
}

function probeFolder(repository: Repository): RepositoryProbe {
  const folder = localFolder(repository.url) ?? '';
  // A repository of IPS on a disk may have any version, so only the folder is checked.
  const files = repository.kind === 'ips' ? [folder] : knownFiles({ ...repository, url: folder });
  return files.some((file) => existsSync(file))
    ? { repository, state: 'ok', detail: `${nameOf(repository)} is on this host` }
    : { repository, state: 'missing', detail: `there is no ${files[0] ?? folder}` };
}

async function probeServer(repository: Repository): Promise<RepositoryProbe> {
  const name = nameOf(repository);
  let status: number | undefined;
  let skew: number | undefined;
  for (const file of knownFiles(repository)) {
    if (!URL.canParse(file))
      return { repository, state: 'unknown', detail: `${withoutLogin(repository.url)} is not an address` };
    const answer = await get(new URL(file));
    answer.destroy();
    skew ??= skewOf(answer.headers);
    status = answer.statusCode;
    if (status === 200)
      return { repository, state: 'ok', detail: `${name} answers`, ...(skew !== undefined && { skewSeconds: skew }) };
  }
  const detail = `${name}: there is no ${withoutLogin(knownFiles(repository)[0] ?? '')} (status ${status ?? '?'})`;
  const state = status === 401 || status === 403 ? 'unknown' : 'missing';
  return { repository, state, detail, ...(skew !== undefined && { skewSeconds: skew }) };
}

/** A cache may send an old date together with its age. The smaller of the two possible differences is returned. */
function skewOf({ date, age }: IncomingHttpHeaders): number | undefined {
  const theirs = Date.parse(date ?? '') / 1000;
  if (Number.isNaN(theirs)) return undefined;
  const ours = Date.now() / 1000;
  return Math.min(Math.abs(ours - theirs), Math.abs(ours - theirs - (Number(age) || 0)));
}
