import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { CheckpointFreshness } from '../../../src-shared/checkpoints/staleness';
import { finished, says, TestProject, type TestManifest } from '../../support/engine';

let project: TestProject;
let server: Server | undefined;
afterEach(() => {
  project.dispose();
  server?.close();
});

const path = (name: string): string => join(project.folder, name);

/** What step `a` uses; the folder of the project is `HERE`. */
const USES = [
  '. "$(dirname "$0")/common.sh"',
  '"$(dirname "$0")/helper"',
  'cat HERE/conf',
  'ls HERE/folder/of/it; cat HERE/link',
  '[ ! -e "$(dirname "$0")/local.conf" ] || . "$(dirname "$0")/local.conf"',
  'ManifestRead "$1" name; ManifestRead -k "$1" k; echo "${FLAVOUR-}"',
  'echo "path HERE/declared" >>"$SLIPWAY_INPUTS"',
  'echo "path HERE/later" >>"$SLIPWAY_INPUTS"',
  'echo "path HERE/pipe" >>"$SLIPWAY_INPUTS"',
  'echo "env BRAND" >>"$SLIPWAY_INPUTS"',
].join('\n');

function manifest(names: readonly string[], more: Partial<TestManifest> = {}): TestManifest {
  const bodies: Record<string, string> = { a: USES.replaceAll('HERE', project.folder), c: 'false' };
  return {
    steps: names.map((name) => ({ name, body: bodies[name] ?? 'true' })),
    pairs: { k: 'v1', unread: 'u1' },
    ...more,
  };
}

/** A build of a, b and c, which fails in c. */
async function build(more: Partial<TestManifest> = {}): Promise<void> {
  project = new TestProject();
  project.file('scripts/common.sh', 'X=1\n').file('scripts/helper', '#!/bin/sh\necho helper1\n');
  project.file('conf', '1').file('declared', '1').file('target', '1').file('other-target', '1');
  chmodSync(path('scripts/helper'), 0o755);
  mkdirSync(path('folder/of/it'), { recursive: true });
  project.file('folder/of/it/file', '1');
  symlinkSync('target', path('link'));
  project.env = { ...project.env, FLAVOUR: '1', BRAND: '1' };
  project.write(manifest(['a', 'b', 'c'], more));
  await project.build();
}

async function freshness(step = 'c'): Promise<CheckpointFreshness | null | undefined> {
  const answer = await project.json('checkpoints');
  const { checkpoints } = answer as { checkpoints: { step: string; freshness: CheckpointFreshness | null }[] };
  return checkpoints.find((one) => one.step === step)?.freshness;
}

/** The kind, and the reason with `HERE` for the folder of the project. */
async function summary(step?: string): Promise<string> {
  const found = await freshness(step);
  const reasons = found?.kind === 'stale' ? found.reasons : found?.kind === 'unknown' ? [found.reason] : [];
  return [found?.kind, ...reasons].join('; ').replaceAll(project.folder, 'HERE');
}

const append = (name: string): void => writeFileSync(path(name), '2\n', { flag: 'a' });
const steps = (names: readonly string[], more?: Partial<TestManifest>): void =>
  void project.write(manifest(names, more));
const pairs = (change: Record<string, string>): void =>
  steps(['a', 'b', 'c'], { pairs: { k: 'v1', unread: 'u1', ...change } });

describe('a checkpoint is current after', () => {
  it.each<[change: string, change_: () => void]>([
    ['nothing', () => undefined],
    ['a comment', () => void project.edit((text) => text.replace('<vmimg_params/>', '<!-- c --><vmimg_params/>'))],
    ['a value that no step read', () => pairs({ unread: 'u2' })],
    ['a message', () => void project.edit((text) => text.replace('message="Step a"', 'message="Other words"'))],
    [
      'a link to the same script',
      () => {
        renameSync(path('scripts/a'), path('scripts/a2'));
        symlinkSync('a2', path('scripts/a'));
      },
    ],
    ['another mode of a script', () => chmodSync(path('scripts/a'), 0o700)],
    [
      'another file with the same content',
      () => {
        cpSync(path('scripts/a'), path('scripts/z'));
        project.edit((text) => text.replace('scripts/a"', 'scripts/z"'));
      },
    ],
    [
      'a move of the whole document',
      () => {
        for (const name of ['scripts', 'manifest.xml']) cpSync(path(name), path(`moved/${name}`), { recursive: true });
        project.edit(() => readFileSync(path('moved/manifest.xml'), 'utf8'));
      },
    ],
    ['a file that was written again with the same bytes', () => void project.file('declared', '1').file('conf', '1')],
    ['an edit of a later step', () => void project.script('c', 'echo other')],
  ])('%s', async (_, change) => {
    await build();
    change();
    expect(await summary()).toBe('current');
  });
});

describe('a checkpoint is stale, with the reason, after', () => {
  it.each<[change: string, change_: () => void, reason: string]>([
    ['a value that a step read has changed', () => pairs({ k: 'v2' }), '`a` read `k`: it was `v1`, is `v2`'],
    [
      "the distribution's name has changed",
      () => void project.edit((text) => text.replace('name="sample"', 'name="other"')),
      '`a` read `name`: it was `sample`, is `other`',
    ],
    [
      'a step has other arguments',
      () => void project.edit((text) => text.replace('"Step a"/>', '"Step a"/><argslist>"x"</argslist>')),
      '`a`: its arguments were nothing, are `x`',
    ],
    ['a script was edited', () => append('scripts/a'), '`a`: its script scripts/a was edited'],
    ['a script was removed', () => unlinkSync(path('scripts/a')), '`a`: its script scripts/a is missing'],
    [
      'two steps changed places',
      () => steps(['b', 'a', 'c']),
      'the order of steps has changed: `a` ran in the place of `b`',
    ],
    ['a middle step was removed', () => steps(['a', 'c']), '`b` ran before this checkpoint and is no longer a step'],
    ['the first step was removed', () => steps(['b', 'c']), '`a` ran before this checkpoint and is no longer a step'],
    ['a step was put in between', () => steps(['a', 'n', 'b', 'c']), '`n` did not run before this checkpoint'],
    ['a step was put before all', () => steps(['n', 'a', 'b', 'c']), '`n` did not run before this checkpoint'],
    [
      'a step was moved behind it',
      () => steps(['a', 'c', 'b']),
      '`b` ran before this checkpoint and comes after it now',
    ],
    [
      'a step was renamed',
      () => void project.edit((text) => text.replace('checkpoint name="a"', 'checkpoint name="a9"')),
      '`a` ran before this checkpoint and is no longer a step; `a9` did not run before this checkpoint',
    ],
    [
      'a sourced file was edited',
      () => append('scripts/common.sh'),
      '`a` used scripts/common.sh: its content has changed',
    ],
    ['a helper was edited', () => append('scripts/helper'), '`a` used scripts/helper: its content has changed'],
    [
      'a file that a script asks for has appeared',
      () => void project.file('scripts/local.conf', 'Y=1'),
      '`a` used scripts/local.conf, which was missing then',
    ],
    ['a file that a script names was edited', () => append('conf'), '`a` used conf: its content has changed'],
    ['a declared file was edited', () => append('declared'), '`a` used declared: its content has changed'],
    ['a declared file was removed', () => unlinkSync(path('declared')), '`a` used declared, which is missing now'],
    ['a missing declared file has appeared', () => append('later'), '`a` used later, which was missing then'],
    [
      'a file in a folder was edited',
      () => append('folder/of/it/file'),
      '`a` used folder/of/it: its content has changed',
    ],
    [
      'a mode in a folder has changed',
      () => chmodSync(path('folder/of/it/file'), 0o600),
      '`a` used folder/of/it: its content has changed',
    ],
    ['the content behind a link was edited', () => append('target'), '`a` used link: its content has changed'],
    [
      'a link leads elsewhere',
      () => {
        unlinkSync(path('link'));
        symlinkSync('other-target', path('link'));
      },
      '`a` used link: its content has changed',
    ],
    [
      'a variable that a script names has another value',
      () => void (project.env['FLAVOUR'] = '2'),
      '`a` uses the environment variable FLAVOUR: it has another value',
    ],
    [
      'a variable that a script names is not set',
      () => void delete project.env['FLAVOUR'],
      '`a` uses the environment variable FLAVOUR, which is not set now',
    ],
    [
      'a declared variable has another value',
      () => void (project.env['BRAND'] = '2'),
      '`a` uses the environment variable BRAND: it has another value',
    ],
    [
      'the area was moved',
      () => {
        renameSync(path('area'), path('moved'));
        project.edit((text) => text.replace(path('area'), path('moved')));
      },
      '`a`: the build area was at HERE/area, is at HERE/moved',
    ],
  ])('%s', async (_, change, reason) => {
    await build();
    change();
    expect(await summary()).toBe(`stale; ${reason}`);
  });

  it('a step failed and the build went on', async () => {
    await build({ stopOnError: 'false', steps: [{ name: 'b', body: 'exit 1' }, { name: 'c' }] });
    expect(await summary()).toBe('stale; `b` failed, and the build went on');
  });

  it.each([
    ['a declared input', 'echo "path $(dirname "$0")/../unnamed" >>"$SLIPWAY_INPUTS"', 'unnamed'],
    ['a file that the script names', 'cat HERE/conf', 'conf'],
    ['its script', ':', 'scripts/slow'],
  ])('%s was edited while the step ran', async (_, use, edited) => {
    project = new TestProject();
    project.file('conf', '1').file('unnamed', '1');
    const body = `${use.replaceAll('HERE', project.folder)}\necho used >&2; until [ -e "$3/go" ]; do sleep 0.05; done`;
    project.write({
      steps: [
        { name: 'slow', body },
        { name: 'c', body: 'false' },
      ],
    });
    const building = project.start('distro_const', ['build', 'manifest.xml']);
    await says(building, /^used/m);
    // The line in the file of inputs has been read when the journal has the output that came after it.
    writeFileSync(path(edited), '# 2\n', { flag: 'a' });
    project.file('area/build_data/tmp/go', '');
    await finished(building);
    expect(await summary()).toMatch(new RegExp(`^stale; .*\\b${edited} was edited while \`slow\` ran$`));
  });
});

describe('Inputs that a step names in other ways:', () => {
  /** A build with step `a` of this text. */
  async function buildWith(body: string, change: (text: string) => string = (text) => text): Promise<string> {
    project = new TestProject();
    mkdirSync(path('lib/d'), { recursive: true });
    mkdirSync(path('own/bin'), { recursive: true });
    project.file('lib/d/f', '1').file('lib/a.conf', '1').file('own/bin/interp', '#!/bin/sh\nexec /bin/sh "$@"\n');
    chmodSync(path('own/bin/interp'), 0o755);
    project.env = { ...project.env, PATH: [path('own/bin'), project.env['PATH']].join(delimiter) };
    project.write({
      steps: [
        { name: 'a', body },
        { name: 'c', body: 'false' },
      ],
    });
    project.edit(change);
    return (await project.build()).stderr;
  }

  it.each([
    ['a relative folder', 'cp -r lib/d/. "$3"/x', 'lib/d/f', 'lib/d'],
    ['a file below $PWD', 'cat "$PWD/lib/a.conf"', 'lib/a.conf', 'lib/a.conf'],
    ['a command on PATH', 'interp -c :', 'own/bin/interp', 'own/bin/interp'],
  ])('%s makes the checkpoint stale.', async (_, body, edited, value) => {
    await buildWith(body);
    expect(await summary()).toBe('current');
    append(edited);
    expect(await summary()).toBe(`stale; \`a\` used ${value}: its content has changed`);
  });

  it('An edited or removed interpreter makes the checkpoint stale.', async () => {
    await buildWith(':');
    writeFileSync(path('scripts/a'), `#!${path('own/bin/interp')}\n:\n`);
    await project.build();
    expect(await summary()).toBe('current');
    append('own/bin/interp');
    expect(await summary()).toBe('stale; `a` used own/bin/interp: its content has changed');
    unlinkSync(path('own/bin/interp'));
    expect(await summary()).toBe('stale; `a` used own/bin/interp, which is missing now');
  });

  it('An edited file in the arguments makes the checkpoint stale.', async () => {
    await buildWith(':', (text) =>
      text.replace('"Step a"/>', `"Step a"/><argslist>"${path('lib/a.conf')}"</argslist>`),
    );
    expect(await summary()).toBe('current');
    append('lib/a.conf');
    expect(await summary()).toBe('stale; `a` used lib/a.conf: its content has changed');
  });

  it('An edited file whose declared path is not UTF-8 or ends in a blank makes the checkpoint stale.', async () => {
    project = new TestProject();
    const name = Buffer.concat([Buffer.from(path('bad')), Buffer.from([0xff]), Buffer.from('name')]);
    writeFileSync(name, '1');
    writeFileSync(path('sp ace '), '1');
    const body = `printf 'path bad\\377name\\npath sp ace \\n' >>"$SLIPWAY_INPUTS"`;
    project.write({
      steps: [
        { name: 'a', body },
        { name: 'c', body: 'false' },
      ],
    });
    await project.build();
    expect(await summary()).toBe('current');
    writeFileSync(name, '22');
    expect(await summary()).toBe('stale; `a` used bad\\xffname: its content has changed');
    writeFileSync(name, '1');
    append('sp ace ');
    expect(await summary()).toBe('stale; `a` used sp ace : its content has changed');
  });

  it.each(['file x', 'PATH x', 'bogus line', 'path', 'env two words', 'url no-scheme'])(
    'The line "%s" in SLIPWAY_INPUTS is reported, and the freshness is unknown.',
    async (line) => {
      const body = `printf 'path lib/a.conf\\n# comment\\n${line}\\n' >>"$SLIPWAY_INPUTS"`;
      expect(await buildWith(body)).toContain(`a: SLIPWAY_INPUTS line 3 is not understood: ${line}\n`);
      expect(await summary()).toBe(`unknown; \`a\`: SLIPWAY_INPUTS line 3 is not understood: ${line}`);
    },
  );

  it('A folder that is too large makes the freshness unknown, unless it is declared.', async () => {
    project = new TestProject();
    mkdirSync(path('many/d'), { recursive: true });
    for (let i = 0; i <= 500; i++) project.file(`many/d/${i}`, '');
    const write = (body: string): void =>
      void project.write({
        steps: [
          { name: 'a', body },
          { name: 'c', body: 'false' },
        ],
      });
    write('ls many/d');
    await project.build();
    expect(await summary()).toMatch(/^unknown; `a`: many\/d has more than 500 entries and is not compared/);
    write('ls many/d; echo path many/d >>"$SLIPWAY_INPUTS"');
    await project.build();
    expect(await summary()).toBe('current');
    append('many/d/7');
    expect(await summary()).toBe('stale; `a` used many/d: its content has changed');
  });
});

describe('Files of other kinds:', () => {
  it('An edit of a file of more than 2 GiB is noticed, and the file is read once only.', async () => {
    project = new TestProject();
    project.file('big', '');
    truncateSync(path('big'), 2200 * 1024 * 1024);
    project.write({
      steps: [
        { name: 'a', body: 'echo "path $PWD/big" >>"$SLIPWAY_INPUTS"' },
        { name: 'c', body: 'false' },
      ],
    });
    await project.build();
    expect(await summary()).toBe('current');
    const reading = await finished(
      project.spawn(['sh', '-c', 'distro_const checkpoints --json manifest.xml >&2; cat /proc/$$/io']),
    );
    expect(Number(/^rchar: (\d+)$/m.exec(reading.stdout)?.[1])).toBeLessThan(100 * 1024 * 1024);
    append('big');
    expect(await summary()).toBe('stale; `a` used big: its content has changed');
  }, 300_000);

  it('A named pipe never makes the engine wait.', async () => {
    project = new TestProject();
    const body = 'mkfifo "$PWD/pipe"; echo "path $PWD/pipe" >>"$SLIPWAY_INPUTS"';
    project.write({
      steps: [
        { name: 'a', body: `rm -f "$PWD/pipe"\n${body}` },
        { name: 'c', body: 'false' },
      ],
    });
    await project.build();
    await project.build();
    rmSync(path('pipe'));
    expect(await summary()).toBe('stale; `a` used pipe, which is missing now');
  });
});

describe('a script that is named without a slash', () => {
  it('is found on PATH, and makes the checkpoint stale when it is edited there', async () => {
    project = new TestProject();
    mkdirSync(path('bin'));
    project.file('bin/onpath', '#!/bin/sh\nexit 0\n');
    chmodSync(path('bin/onpath'), 0o755);
    project.env = { ...project.env, PATH: [path('bin'), project.env['PATH']].join(delimiter) };
    project.write({ steps: [{ name: 'onpath' }, { name: 'c', body: 'false' }] });
    project.edit((text) => text.replace('scripts/onpath', 'onpath'));
    await project.build();
    expect(await summary()).toBe('current');
    append('bin/onpath');
    expect(await summary()).toBe('stale; `onpath`: its script onpath was edited');
  });
});

describe('a URL', () => {
  let etag = '"1"';
  const listen = async (): Promise<string> => {
    server = createServer((_, response) => response.writeHead(200, { etag }).end());
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', () => resolve()));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/file`;
  };

  it('is compared by its ETag, and has an unknown freshness while the server is away or is not asked', async () => {
    const url = await listen();
    project = new TestProject();
    project.write({
      steps: [
        { name: 'a', body: `echo "url ${url}" >>"$SLIPWAY_INPUTS"` },
        { name: 'c', body: 'false' },
      ],
    });
    await project.build();
    expect(await summary()).toBe('current');
    etag = '"2"';
    expect(await summary()).toBe(`stale; \`a\` used ${url}: its content has changed`);
    const status = (await project.json('status')) as { steps: { freshness: CheckpointFreshness }[] };
    expect(status.steps[1]?.freshness).toEqual({
      kind: 'unknown',
      reason: `\`a\` used ${url}, which is not asked by this command; \`checkpoints\` and \`plan\` ask`,
    });
    await new Promise((resolve) => server?.close(resolve));
    expect(await summary()).toBe(`unknown; \`a\` used ${url}, which does not answer`);
  });
});

describe('a checkpoint of unknown freshness has the reason that', () => {
  const record = (step: string): string => path(`area/.slipway/checkpoints/${step}.json`);

  it.each<[why: string, change: () => void, reason: string]>([
    [
      'another program took it',
      () => rmSync(record('c')),
      'it has no record: another program took it, for example the original distro_const',
    ],
    ['its record is damaged', () => truncateSync(record('c'), 40), 'its record is damaged'],
    [
      'its record is of version 1',
      () => writeFileSync(record('c'), JSON.stringify({ version: 1, step: 'c' })),
      'its record is of an earlier version of Slipway, which did not record all inputs of steps',
    ],
    ['its state file is missing', () => rmSync(path('area/.step_c')), 'its state file .step_c is missing'],
    [
      'its state file was written by another program',
      () => append('area/.step_c'),
      'another program has written its state file .step_c since it was taken',
    ],
  ])('%s', async (_, change, reason) => {
    await build();
    change();
    expect(await summary()).toBe(`unknown; ${reason}`);
  });

  it('a build resumed from a checkpoint of unknown history', async () => {
    await build();
    rmSync(record('b'));
    await project.build('-r', 'b');
    expect(await summary()).toBe(
      'unknown; a build resumed from the checkpoint before `b`, and it has no record: another program took it, for example the original distro_const',
    );
  });
});
