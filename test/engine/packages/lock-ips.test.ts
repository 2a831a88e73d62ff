// Locked packages of IPS: a publisher on loopback, and a step that writes the database of an image, because pkg is not here.
import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockAnswer } from '../../../src-shared/engine-answers/lock';
import { fullVersion, servePublisher, type TestIpsPackage } from '../../support/ips-publisher';
import { openindiana } from './ips-fetched';
import { PackagesProject } from './packages-project';

const EDITORS: readonly TestIpsPackage[] = [
  { name: 'editor/vim', version: '9.0', depends: ['library/ncurses'] },
  { name: 'library/ncurses', version: '6.4' },
];

/** A step that installs the FMRIs of the lock, and further ones: NAME@VERSION. */
const install = (...more: readonly string[]): string => `
echo "path $SLIPWAY_LOCK" >>"$SLIPWAY_INPUTS"
mkdir -p "$2/var/pkg/state/installed"
{
  sed -n 's,^package .* pkg://[^/]*/,,p' "$SLIPWAY_LOCK"
  printf '%s\\n' ${more.join(' ')}
} | sed -n 's/^\\(.*\\)@\\(.*\\)$/"\\1":[{"version":"\\2"}]/p' | paste -sd, | sed 's/.*/{"openindiana.org":{&}}/' \\
  >"$2/var/pkg/state/installed/catalog.base.C"
`;

async function project(): Promise<PackagesProject> {
  const publisher = await servePublisher(openindiana(EDITORS));
  const made = new PackagesProject(publisher.url, ['vim']);
  made.edit((text) => text.replace('<pair key="suite" value="test"/>', '').replace('authname="test"', 'authname=""'));
  return made;
}

describe('locked packages of IPS', () => {
  it('are written with their FMRIs, and are what a step has to install', async () => {
    const one = await project();
    one.script('im-pop', install());
    expect(lockAnswer.parse(await one.json('lock'))).toMatchObject({ written: true, packages: 2, fetched: 0 });
    const text = readFileSync(join(one.folder, 'manifest.lock'), 'utf8');
    const version = fullVersion('9.0');
    expect(text).toContain(`package editor/vim - ${version} - pkg://openindiana.org/editor/vim@${version}\n`);
    expect((await one.build()).code).toBe(0);
    one.script('im-pop', install('editor/nano@7.2'));
    const { code, stderr } = await one.build();
    expect(code).toBe(1);
    expect(stderr).toContain('im-pop: editor/nano 7.2 is in the image, but not in manifest.lock.');
  });

  it('are an error for a step that does not use them', async () => {
    const one = await project();
    await one.json('lock');
    one.script('im-pop', 'true');
    const { code, stderr } = await one.build();
    expect(code).toBe(1);
    expect(stderr).toContain('im-pop did not use manifest.lock');
  });
});
