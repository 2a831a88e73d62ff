import { MORE_SESSIONS, ROOT_TOOLS_TEXT } from '../../../src-shared/hosts/model';
import { rightsGroups } from '../../../src-shared/doctor/rights-groups';
import { AppError } from '../../../src-shared/errors';
import type { Target } from '../../../src-shared/rpc/common';
import type { PreflightCheck } from '../../../src-shared/rpc/hosts';
import { duration } from '../../../src-shared/format';
import type { BuildHost } from '../../build-hosts/build-host';
import type { HostRegistry } from './registry';

/** A manifest, its build host, and its text while the user edits it. */
export interface EditedTarget extends Target {
  readonly source?: string | undefined;
}

/** A larger clock difference breaks certificates and file times. */
const MAX_SKEW_SECONDS = 120;

/** The checklist before a build: the connection, then the findings of the host's engine. An unreachable host is a finding. */
export async function preflight(
  registry: HostRegistry,
  { host: id, path: manifest, source }: EditedTarget,
  signal?: AbortSignal,
): Promise<{ ok: boolean; checks: PreflightCheck[] }> {
  const host = registry.hostOf(id);
  const checks: PreflightCheck[] = [];
  const link = registry.linkOf(id);
  try {
    const facts = await registry.connect(id);
    if (link) {
      const key = facts.hostKey ? ` · ${facts.hostKey.type} ${facts.hostKey.fingerprint}` : '';
      checks.push({
        id: 'connection',
        title: 'connection',
        state: 'ok',
        detail: `${facts.user} at ${facts.name}${key}${facts.client?.name === 'ssh' ? ' · by the ssh command' : ''}`,
      });
      checks.push(
        facts.root === 'none'
          ? {
              id: 'root',
              title: 'root',
              state: 'note',
              detail: `No root access: ${facts.noRoot ?? ''}`,
              fix: `Log in as root, or allow the account ${ROOT_TOOLS_TEXT} without a password.`,
            }
          : {
              id: 'root',
              title: 'root',
              state: 'ok',
              detail: `by ${facts.root === 'root' ? 'the login' : facts.root}`,
            },
      );
      if (facts.oneSession)
        checks.push({
          id: 'sessions',
          title: 'sessions',
          state: 'note',
          detail: 'The host allows one SSH session at a time: actions wait for each other, and shells cannot be opened',
          fix: MORE_SESSIONS,
        });
      checks.push(await clockCheck(host, signal));
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const fix = error.hint === undefined ? {} : { fix: error.hint };
    return {
      ok: false,
      checks: [{ id: 'connection', title: 'connection', state: 'missing', detail: error.message, ...fix }],
    };
  }
  const { ok, findings } = await host.doctor(manifest, signal, source);
  checks.push(...findings);
  return { ok, checks };
}

/** The configuration that an ordinary account needs for this build area, for review. */
export async function rights(
  registry: HostRegistry,
  { host, path, source }: EditedTarget,
  signal?: AbortSignal,
): Promise<{ groups: { title: string; lines: string[] }[] }> {
  return { groups: rightsGroups(await registry.hostOf(host).rights(path, signal, source)) };
}

async function clockCheck({ transport }: BuildHost, signal?: AbortSignal): Promise<PreflightCheck> {
  const check = { id: 'clock-here', title: 'clock, from here' };
  const before = Date.now() / 1000;
  const { stdout } = await transport.run(['date', '-u', '+%Y-%m-%dT%H:%M:%SZ'], { signal });
  const theirs = Date.parse(stdout.toString('utf8').trim()) / 1000;
  const skew = Math.abs(theirs - (before + Date.now() / 1000) / 2);
  if (Number.isNaN(skew)) return { ...check, state: 'unknown', detail: 'The time of the host cannot be read.' };
  return skew <= MAX_SKEW_SECONDS
    ? { ...check, state: 'ok', detail: 'as on this computer' }
    : {
        ...check,
        state: 'note',
        detail: `${duration(skew)} off from this computer. Certificates may be refused, and files have wrong times`,
        fix: 'Set the clock of the host, for example with timedatectl set-ntp true.',
      };
}
