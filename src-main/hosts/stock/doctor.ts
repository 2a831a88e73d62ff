import { dirname, join } from 'node:path/posix';
import type { Finding } from '../../../src-shared/doctor/model';
import { bytes } from '../../../src-shared/words';
import type { Transport } from '../../transport/transport';
import type { Look } from './look';

/** What can be said before a build with what is on every system, in the form of our engine's `doctor`. */
export async function doctorOf(
  transport: Transport,
  { area, manifest, process }: Look,
  placed: string,
): Promise<{ ok: boolean; findings: Finding[] }> {
  const scripts = await Promise.all(
    manifest.steps.map(async ({ name, script = '' }): Promise<Finding[]> => {
      const path = script.startsWith('/') ? script : join(dirname(placed), script);
      if ((await transport.run(['test', '-x', path])).code === 0) return [];
      const detail = `${path} does not exist on the host, or is not executable.`;
      return [{ id: `script:${name}`, title: `step ${name}`, state: 'missing', detail, fix: `chmod +x ${path}` }];
    }),
  );
  const findings: Finding[] = [
    { id: 'area', title: 'build area', ...areaWords(area) },
    ...(await poolFinding(transport, area.dataset)),
    area.freeBytes === null
      ? { id: 'free-space', title: 'free space', state: 'unknown', detail: 'The host does not tell.' }
      : {
          id: 'free-space',
          title: 'free space',
          state: 'note',
          detail: `${bytes(area.freeBytes)} are free; the original keeps no record of what is needed.`,
        },
    ...scripts.flat(),
    process
      ? {
          id: 'lock',
          title: 'lock',
          state: 'missing',
          detail: `A build runs: process ${process.pid}.`,
          fix: 'Wait for it, or stop it.',
        }
      : { id: 'lock', title: 'lock', state: 'ok', detail: 'No build runs.' },
    {
      id: 'packages',
      title: 'repositories and packages',
      state: 'unknown',
      detail: 'Nothing on this host can be asked about them but the steps themselves.',
    },
  ];
  return { ok: !findings.some(({ state }) => state === 'missing'), findings };
}

function areaWords({ dataset, path, exists }: Look['area']): Pick<Finding, 'state' | 'detail'> {
  if (dataset === null) return { state: 'note', detail: `${path} is no ZFS file system: there are no checkpoints.` };
  return { state: 'ok', detail: `${dataset} at ${path}${exists ? '' : ', not created yet'}` };
}

async function poolFinding(transport: Transport, dataset: string | null): Promise<Finding[]> {
  const pool = dataset?.split('/')[0];
  if (pool === undefined) return [];
  const { stdout } = await transport.run(['zpool', 'list', '-H', '-o', 'health', pool]);
  const health = stdout.toString('utf8').trim();
  if (health === '') return [];
  const isFine = health === 'ONLINE';
  const fix = isFine ? {} : { fix: `See what it lacks: zpool status -x ${pool}` };
  return [{ id: 'pool', title: `pool ${pool}`, state: isFine ? 'ok' : 'note', detail: health, ...fix }];
}
