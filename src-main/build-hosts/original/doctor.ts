import { dirname, join } from 'node:path/posix';
import type { DoctorAnswer, Finding } from '../../../src-shared/engine-answers/doctor';
import { AppError } from '../../../src-shared/errors';
import type { Manifest } from '../../../src-shared/manifest/model';
import { findOriginalDifferences } from '../../../src-shared/manifest/original-engine';
import { scriptHint } from '../../../src-shared/manifest/script-hint';
import { decodeManifest } from '../../../src-shared/manifest/source';
import { quoteArgument } from '../../../src-shared/shell-quote';
import { bytes, plural } from '../../../src-shared/format';
import type { Argv, Transport } from '../../transport/transport';
import { findArea, listSnapshots, parseDocument, readDocument, type StockArea } from './area';
import { logsOf, type OriginalHostParts } from './inspect';
import { assertReadable } from './plan';
import { findBuild, findOrphans } from './processes';
import { systemTool } from './system-tool';

/**
 * The checklist before a build, with tools that every system has. Changes nothing on the host.
 *
 * @param source text of the manifest that is being edited; the saved file when missing
 */
export async function doctorOf(
  { transport, command, place }: OriginalHostParts,
  path: string,
  source?: string,
): Promise<DoctorAnswer> {
  const findings = [...(await commandFindings(transport, await command())), ...(await rootFindings(transport))];
  try {
    assertReadable(path);
    const text = source ?? decodeManifest((await readDocument(path)).bytes);
    const manifest = parseDocument(text);
    findings.push(...manifestFindings(text));
    findings.push(...(await scriptFindings(transport, manifest, dirname(await place(path)))));
    const area = await findArea(transport, manifest);
    findings.push(...(await areaFindings(transport, area)), await buildFinding(transport, area));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, hint } = error;
    const it = code === 'area' ? { id: 'area', title: 'build area' } : { id: 'manifest', title: 'manifest' };
    findings.push({ ...it, state: 'missing', detail: message, ...(hint !== undefined && { fix: hint }) });
  }
  findings.push({
    id: 'packages',
    title: 'repositories and packages',
    state: 'unknown',
    detail: 'only the steps themselves can check them on this host',
  });
  return { ok: !findings.some(({ state }) => state === 'missing'), findings };
}

async function commandFindings(transport: Transport, command: string): Promise<Finding[]> {
  const it = { id: 'command', title: 'distro_const' };
  const { code } = await transport.run(['test', '-x', command]);
  return [
    code === 0
      ? { ...it, state: 'ok', detail: `${command}, the host’s own` }
      : {
          ...it,
          state: 'missing',
          detail: `${command} is not there, or not executable`,
          fix: 'Install the package distribution-constructor on the host.',
        },
  ];
}

/** The original refuses to run as another account (contract 1.2). */
async function rootFindings(transport: Transport): Promise<Finding[]> {
  const { stdout } = await transport.run(['id', '-u']);
  const id = stdout.toString('utf8').trim();
  if (id === '0') return [];
  return [
    {
      id: 'root',
      title: 'root',
      state: 'missing',
      detail: 'distro_const must run as root, and the account of this connection cannot become root',
      fix: 'Choose how commands become root in the settings of the host, or allow sudo without a password for the account.',
    },
  ];
}

/** What the original refuses in a manifest, and what it builds otherwise: the rules of the export's report. */
function manifestFindings(source: string): Finding[] {
  return findOriginalDifferences(source, new Date()).flatMap(
    ({ kind, message, isAboutFolder, isSilent }, at): Finding[] => {
      const it = { id: `original:${at}`, title: 'manifest', detail: message };
      if (kind === 'original-rejects' && !isAboutFolder)
        return [
          {
            ...it,
            state: 'missing',
            fix: 'Correct it in the manifest. The original distro_const would refuse to build.',
          },
        ];
      return isSilent ? [{ ...it, state: 'note' }] : [];
    },
  );
}

/** Prints for each path `yes` (an executable file), `no` (a file) or `gone`. */
const EXECUTABLE =
  'for s do if [ -f "$s" ] && [ -x "$s" ]; then echo yes; elif [ -f "$s" ]; then echo no; else echo gone; fi; done';

/** @param folder the folder that script paths are relative to */
async function scriptFindings(transport: Transport, { steps }: Manifest, folder: string): Promise<Finding[]> {
  // The first step of old manifests is built in, and has no script.
  const scripts = [...new Set(steps.flatMap(({ script }) => script ?? []))];
  const answers = await fileStates(transport, scripts, folder);
  const findings = scripts.flatMap((script, at) => scriptFinding(script, folder, answers[at] ?? ''));
  const detail = `${plural(scripts.length, 'script')}, all can start`;
  return findings.length > 0 ? findings : [{ id: 'scripts', title: 'scripts', state: 'ok', detail }];
}

/** For each script `yes` when it is executable, `no` when it is not, `gone` when there is no such file. */
export async function fileStates(
  transport: Transport,
  scripts: readonly string[],
  folder: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const argv: Argv = ['sh', '-c', EXECUTABLE, 'sh', ...scripts.map((one) => pathOf(one, folder))];
  const { stdout } = await transport.run(argv, { signal });
  return stdout.toString('utf8').split('\n');
}

const pathOf = (script: string, folder: string): string => (script.startsWith('/') ? script : join(folder, script));

function scriptFinding(script: string, folder: string, answer: string): Finding[] {
  const it = { id: `script:${script}`, title: `script ${script}` };
  const path = pathOf(script, folder);
  if (!script.includes('/'))
    return [
      {
        ...it,
        state: 'missing',
        detail: 'has no slash in its name, so it is searched for only on PATH',
        fix: `Write ./${script} in the manifest.`,
      },
    ];
  if (answer === 'yes') return [];
  return answer === 'no'
    ? [{ ...it, state: 'missing', detail: `${path} is not executable`, fix: `chmod +x ${quoteArgument(path)}` }]
    : [
        {
          ...it,
          state: 'missing',
          detail: `${path} does not exist on the host`,
          fix: scriptHint(script),
        },
      ];
}

async function areaFindings(transport: Transport, area: StockArea): Promise<Finding[]> {
  const it = { id: 'area', title: 'build area' };
  if (area.dataset === null)
    return [
      {
        ...it,
        state: 'note',
        detail: `${area.path} is not the mount point of a ZFS file system: there are no checkpoints`,
        fix: 'Name a dataset in the manifest, such as rpool/dc.',
      },
      spaceFinding(area.freeBytes, undefined),
    ];
  const pool = area.dataset.split('/')[0] ?? '';
  const { stdout } = await transport.run(systemTool('zpool', 'list', '-H', '-o', 'health', pool));
  const health = stdout.toString('utf8').trim();
  const newest = (await listSnapshots(transport, area)).at(-1);
  return [
    { ...it, state: 'ok', detail: `${area.dataset} at ${area.path}${area.exists ? '' : ', not made yet'}` },
    poolFinding(pool, health),
    spaceFinding(area.freeBytes, newest?.referenced),
  ];
}

function poolFinding(pool: string, health: string): Finding {
  const it = { id: 'pool', title: `pool ${pool}` };
  if (health === 'ONLINE') return { ...it, state: 'ok', detail: 'online' };
  if (health === '') return { ...it, state: 'unknown', detail: "the host does not report the pool's health" };
  return {
    ...it,
    state: 'note',
    detail: health.toLowerCase(),
    fix: `See the cause: zpool status -x ${quoteArgument(pool)}`,
  };
}

/** @param needed size of the build data at the newest checkpoint, in bytes */
function spaceFinding(free: number | null, needed: number | undefined): Finding {
  const it = { id: 'free-space', title: 'free space' };
  if (free === null) return { ...it, state: 'unknown', detail: 'the host does not report the free space' };
  if (needed === undefined)
    return {
      ...it,
      state: 'note',
      detail: `${bytes(free)} free; the needed space is unknown before a first build here`,
    };
  const detail = `${bytes(free)} free, about ${bytes(needed)} needed`;
  return free >= needed
    ? { ...it, state: 'ok', detail }
    : { ...it, state: 'missing', detail, fix: `Free ${bytes(needed - free)} more in the pool.` };
}

async function buildFinding(transport: Transport, area: StockArea): Promise<Finding> {
  const it = { id: 'lock', title: 'lock' };
  const process = (await findBuild(transport, await logsOf(transport, area)))?.process;
  if (process)
    return {
      ...it,
      state: 'missing',
      detail: `process ${process.pid} of ${process.user} builds`,
      fix: 'Wait for that build, or stop it.',
    };
  const orphans = await findOrphans(transport, area.path);
  if (orphans.length > 0)
    return {
      ...it,
      state: 'missing',
      detail: `an earlier build left running in the build data: ${orphans.map((pid) => `process ${pid}`).join(', ')}`,
      fix: `End what it left, on the host: kill ${orphans.join(' ')}`,
    };
  return { ...it, state: 'ok', detail: 'free: no process writes to a log; the original itself has no lock' };
}
