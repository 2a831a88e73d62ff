import { chmodSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FreshnessProject } from '../../support/freshness-project';

let project: FreshnessProject;
beforeEach(() => void (project = new FreshnessProject()));
afterEach(() => project.dispose());

describe('a checkpoint is stale, with the reason, after', () => {
  it.each<[change: string, change_: () => void, reason: string]>([
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
  ])('%s', async (_, change, reason) => {
    await project.buildWithInputs();
    change();
    expect(await project.freshness()).toBe(`stale; ${reason}`);
  });
});

describe('Inputs that a step names in other ways:', () => {
  /** A build whose step `a` has this text. */
  async function buildWith(body: string, change: (text: string) => string = (text) => text): Promise<string> {
    mkdirSync(project.path('lib/d'), { recursive: true });
    mkdirSync(project.path('own/bin'), { recursive: true });
    mkdirSync(project.path('scripts/sub'), { recursive: true });
    project.file('scripts/sub/f.sh', 'X=1\n');
    project.file('lib/d/f', '1').file('lib/a.conf', '1').file('own/bin/interp', '#!/bin/sh\nexec /bin/sh "$@"\n');
    chmodSync(project.path('own/bin/interp'), 0o755);
    project.env = { ...project.env, PATH: [project.path('own/bin'), project.env['PATH']].join(delimiter) };
    project.writeStep(body);
    project.edit(change);
    return (await project.build()).stderr;
  }

  it.each([
    ['a relative folder', 'cp -r lib/d/. "$3"/x', 'lib/d/f', 'lib/d'],
    ['a file below $PWD', 'cat "$PWD/lib/a.conf"', 'lib/a.conf', 'lib/a.conf'],
    [
      "a file in a subfolder of the script's own folder",
      'here=$(cd "$(dirname "$0")" && pwd)\n. "$here/sub/f.sh"',
      'scripts/sub/f.sh',
      'scripts/sub/f.sh',
    ],
    ['a command on PATH', 'interp -c :', 'own/bin/interp', 'own/bin/interp'],
  ])('%s makes the checkpoint stale.', async (_, body, edited, value) => {
    await buildWith(body);
    expect(await project.freshness()).toBe('current');
    project.append(edited);
    expect(await project.freshness()).toBe(`stale; \`a\` used ${value}: its content has changed`);
  });

  it('A variable that a shell sets, or the command of another launcher, does not make the checkpoint stale.', async () => {
    await buildWith('echo "$COLUMNS $LINES $_ $RANDOM"');
    project.env = { ...project.env, COLUMNS: '71', LINES: '7', RANDOM: '1', _: '/usr/bin/other' };
    expect(await project.freshness()).toBe('current');
  });

  it('An edited or removed interpreter makes the checkpoint stale.', async () => {
    await buildWith(':');
    writeFileSync(project.path('scripts/a'), `#!${project.path('own/bin/interp')}\n:\n`);
    await project.build();
    expect(await project.freshness()).toBe('current');
    project.append('own/bin/interp');
    expect(await project.freshness()).toBe('stale; `a` used own/bin/interp: its content has changed');
    unlinkSync(project.path('own/bin/interp'));
    expect(await project.freshness()).toBe('stale; `a` used own/bin/interp, which is missing now');
  });

  it('An edited file in the arguments makes the checkpoint stale.', async () => {
    await buildWith(':', (text) =>
      text.replace('"Step a"/>', `"Step a"/><argslist>"${project.path('lib/a.conf')}"</argslist>`),
    );
    expect(await project.freshness()).toBe('current');
    project.append('lib/a.conf');
    expect(await project.freshness()).toBe('stale; `a` used lib/a.conf: its content has changed');
  });

  it('An edited file whose declared path is not UTF-8 or ends in a blank makes the checkpoint stale.', async () => {
    const name = Buffer.concat([Buffer.from(project.path('bad')), Buffer.from([0xff]), Buffer.from('name')]);
    writeFileSync(name, '1');
    writeFileSync(project.path('sp ace '), '1');
    const body = `printf 'path bad\\377name\\npath sp ace \\n' >>"$SLIPWAY_INPUTS"`;
    project.writeStep(body);
    await project.build();
    expect(await project.freshness()).toBe('current');
    writeFileSync(name, '22');
    expect(await project.freshness()).toBe('stale; `a` used bad\\xffname: its content has changed');
    writeFileSync(name, '1');
    project.append('sp ace ');
    expect(await project.freshness()).toBe('stale; `a` used sp ace : its content has changed');
  });

  it.each(['file x', 'PATH x', 'bogus line', 'path', 'env two words', 'url no-scheme'])(
    'The line "%s" in SLIPWAY_INPUTS is reported, and the freshness is unknown.',
    async (line) => {
      const body = `printf 'path lib/a.conf\\n# comment\\n${line}\\n' >>"$SLIPWAY_INPUTS"`;
      expect(await buildWith(body)).toContain(`a: SLIPWAY_INPUTS line 3 is not understood: ${line}\n`);
      expect(await project.freshness()).toBe(`unknown; \`a\`: SLIPWAY_INPUTS line 3 is not understood: ${line}`);
    },
  );
});

describe('a script that is named without a slash', () => {
  it('is found on PATH, and makes the checkpoint stale when it is edited there', async () => {
    mkdirSync(project.path('bin'));
    project.file('bin/onpath', '#!/bin/sh\nexit 0\n');
    chmodSync(project.path('bin/onpath'), 0o755);
    project.env = { ...project.env, PATH: [project.path('bin'), project.env['PATH']].join(delimiter) };
    project.write({ steps: [{ name: 'onpath' }, { name: 'c', body: 'false' }] });
    project.edit((text) => text.replace('scripts/onpath', 'onpath'));
    await project.build();
    expect(await project.freshness()).toBe('current');
    project.append('bin/onpath');
    expect(await project.freshness()).toBe('stale; `onpath`: its script onpath was edited');
  });
});
