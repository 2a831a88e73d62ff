import { availableParallelism } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { proveAnswer, type ProveDifference } from '../../../src-shared/engine-answers/prove';
import type { Cause } from '../../../src-shared/provenance/causes';
import { finished, TestProject, type Ran } from '../../support/engine';

/** A step that makes a difference between two builds. */
interface Planted {
  readonly step: string;
  /** Shell; the folder of the image is the working folder. */
  readonly body: string;
  readonly path: RegExp;
  readonly cause: Cause;
  /** Whether a line of the script is named. */
  readonly isNamed?: boolean;
}

/** Both builds differ in host name, locale, time zone and processors, as two machines do. */
const FIRST = { name: 'one-host', env: { LC_ALL: 'C', TZ: 'UTC' }, cpus: '0' };
const SECOND = { name: 'other-host', env: { LC_ALL: 'C.UTF-8', TZ: 'JST-9' }, cpus: '0,1' };

const UUID = 'cat /proc/sys/kernel/random/uuid';
const PLANTED: readonly Planted[] = [
  { step: 'clock', body: 'date +%s.%N >built', path: /built$/, cause: 'time', isNamed: true },
  { step: 'zone', body: 'date -d @0 >zone', path: /zone$/, cause: 'time', isNamed: true },
  {
    step: 'packed',
    body: 'echo text >z; touch -d "@$(date +%N | sed "s/^0*//")" z; gzip z',
    path: /z\.gz$/,
    cause: 'time',
    isNamed: true,
  },
  { step: 'uuid', body: `${UUID} >uuid`, path: /\/uuid$/, cause: 'random', isNamed: true },
  { step: 'bytes', body: 'head -c 256 /dev/urandom >seed', path: /seed$/, cause: 'random', isNamed: true },
  { step: 'temporary', body: 'mktemp "$PWD/tmp.XXXXXXXX" >/dev/null', path: /tmp\./, cause: 'random' },
  { step: 'link', body: `ln -s "$(${UUID})" link`, path: /link$/, cause: 'random', isNamed: true },
  {
    step: 'keys',
    body: 'head -c 32 /dev/urandom | base64 >ssh_host_rsa_key',
    path: /_key$/,
    cause: 'random',
    isNamed: true,
  },
  { step: 'shuffled', body: 'seq 50 | shuf >list', path: /list$/, cause: 'order' },
  { step: 'host', body: 'echo "built on $(hostname)" >host', path: /host$/, cause: 'host-name', isNamed: true },
  { step: 'language', body: 'locale >settings', path: /settings$/, cause: 'locale', isNamed: true },
  { step: 'cached', body: 'mkdir -p var/cache/x; date +%N >var/cache/x/y', path: /cache\/x\/y$/, cause: 'cache' },
  {
    step: 'number',
    body: 'cut -d " " -f 22 /proc/self/stat >number',
    path: /number$/,
    cause: 'process',
    isNamed: true,
  },
  {
    step: 'mode',
    body: 'echo mode >mode; if locale | grep -q _ALL=.*UTF; then chmod 600 mode; else chmod 644 mode; fi',
    path: /mode$/,
    cause: 'permissions',
  },
  ...(availableParallelism() > 1
    ? [{ step: 'jobs', body: 'nproc >jobs', path: /jobs$/, cause: 'processors', isNamed: true } as const]
    : []),
];

let project: TestProject;
beforeEach(() => {
  const planted = PLANTED.map(({ step, body }) => ({
    name: step,
    body: `cd "$2"\n: a line that makes no difference\n${body}`,
  }));
  const pack = { name: 'pack', body: 'tar -C "$2/.." --sort=name --mtime=@0 -cf "$5/x.tar" pkg_image' };
  project = new TestProject({ steps: [{ name: 'start', body: 'echo same >"$2/same"' }, ...planted, pack] });
});
afterEach(() => project.dispose());

function onHost({ name, env, cpus }: typeof FIRST, args: readonly string[]): Promise<Ran> {
  const parts = availableParallelism() > 1 ? ['taskset', '-c', cpus] : [];
  const command = `hostname ${name}; exec ${parts.join(' ')} distro_const "$@"`;
  return finished(project.spawn(['unshare', '--uts', 'sh', '-c', command, 'sh', ...args], env));
}

describe.skipIf(process.getuid?.() !== 0)('planted differences, on hosts with other names (needs root)', () => {
  it(`${PLANTED.length} differences of nine causes are each blamed on the step that made it, with the cause.`, async () => {
    const built = await onHost(FIRST, ['build', 'manifest.xml']);
    expect(built.code, built.stderr).toBe(0);
    const { code, stdout, stderr } = await onHost(SECOND, ['prove', '--json', 'x.tar', 'manifest.xml']);
    expect(code, stderr + stdout).toBe(1);
    const answer = proveAnswer.parse(JSON.parse(stdout));
    const found = PLANTED.map(({ step, path, isNamed }) => {
      const one = answer.differences.find((difference) => path.test(difference.path));
      return { step, ...shown(one), isNamed: isNamed ? one?.line !== undefined : undefined };
    });
    expect(found).toEqual(
      PLANTED.map(({ step, cause, isNamed }) => ({ step, steps: [step], rebuiltBy: step, cause, isNamed })),
    );
    // A temporary file has another name in each build. Nothing else differs.
    expect(answer.total).toBe(PLANTED.length + 1);
    expect(new Set(PLANTED.map(({ cause }) => cause)).size).toBe(availableParallelism() > 1 ? 9 : 8);
    const key = answer.differences.find(({ path }) => path.endsWith('_key'));
    expect(key?.diff).toBeUndefined();
  });
});

function shown(difference: ProveDifference | undefined) {
  const { steps, rebuiltBy, cause } = difference ?? {};
  return { steps, rebuiltBy, cause };
}
