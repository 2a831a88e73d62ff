import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scriptNames } from '../../../src-engine/area/named-inputs';

let folder: string;
const files = [
  'scripts/common.sh',
  'scripts/helper',
  'scripts/other-step',
  'scripts/conf.d/one',
  'scripts/lib/deep.sh',
  'scripts/module.py',
  'lib/shared.sh',
  'data/table',
  'settings.conf',
  'outside/conf',
  'outside/folder/file',
  'area/build_data/file',
];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-names-'));
  for (const file of files) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(
      join(folder, file),
      file.endsWith('deep.sh') ? 'cat "$(dirname "$0")/helper"; echo $FROM_DEEP\n' : '',
    );
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a script of this text names; `HERE` is the folder of the document. */
function names(text: string): { paths: string[]; variables: readonly string[] } {
  writeFileSync(join(folder, 'scripts/step'), text.replaceAll('HERE', folder));
  const place = { cwd: folder, area: join(folder, 'area'), manifest: join(folder, 'manifest.xml') };
  const { paths, variables } = scriptNames('scripts/step', place);
  return { paths: paths.map((path) => path.replace(`${folder}/`, '')).sort(), variables };
}

describe('files that a script names', () => {
  it.each<[text: string, paths: string[]]>([
    ['. "$(dirname "$0")/common.sh"', ['scripts/common.sh']],
    ['. $(dirname $0)/common.sh', ['scripts/common.sh']],
    ['. `dirname $0`/common.sh', ['scripts/common.sh']],
    ['source "${0%/*}/common.sh"', ['scripts/common.sh']],
    ['source "${BASH_SOURCE%/*}/helper"', ['scripts/helper']],
    ['source "$(dirname "${BASH_SOURCE[0]}")/helper"', ['scripts/helper']],
    ['here=$(cd "$(dirname "$0")" && pwd)\n"$here/helper"', ['scripts/helper']],
    ['here="$(cd "$(dirname "$0")" >/dev/null 2>&1 && pwd -P)"; "${here}/helper"', ['scripts/helper']],
    [
      'here=$(dirname "$(readlink -f "$0")"); lib=$here/lib; . "$lib/deep.sh"',
      ['scripts/helper', 'scripts/lib/deep.sh'],
    ],
    ['top=$(realpath "$(dirname "$0")/.."); cat $top/data/table', ['data/table']],
    ['. "$(dirname "$0")/../lib/shared.sh"', ['lib/shared.sh']],
    ['cd "$(dirname "$0")"; ./helper', ['scripts/helper']],
    ['cd $(dirname $0) && sh helper', ['scripts/helper']],
    ['for f in "$(dirname "$0")"/conf.d/*; do . "$f"; done', ['scripts/conf.d']],
    ['cat scripts/helper; cat data/table', ['data/table', 'scripts/helper']],
    ['cat settings.conf', ['settings.conf']],
    ['. ./scripts/common.sh', ['scripts/common.sh']],
    ['cat HERE/outside/conf', ['outside/conf']],
    ['x="HERE/outside/conf"; cat <HERE/outside/conf', ['outside/conf']],
    ['X=${X:-HERE/outside/conf}', ['outside/conf']],
    ['cp -r HERE/outside/folder "$2"', ['outside/folder']],
    ['#!/usr/bin/env python3\nimport module\n', ['scripts/module.py']],
    [
      '#!/usr/bin/python3\nhere = os.path.dirname(os.path.abspath(__file__))\nopen(os.path.join(here, "helper"))',
      ['scripts/helper'],
    ],
    ['#!/usr/bin/perl\nrequire "$FindBin::Bin/common.sh";', ['scripts/common.sh']],
    ['[ -f "$(dirname "$0")/local.conf" ] && . "$(dirname "$0")/local.conf"', ['scripts/local.conf']],
  ])('%s', (text, paths) => {
    expect(names(text).paths).toEqual(paths);
  });

  it.each([
    ['a comment', '# see "$(dirname "$0")/helper"'],
    ['a word that is also the name of a step', 'echo helper other-step'],
    ['a path in an argument', 'cat "$2/helper" "$2"/scripts/helper "$pkg_image/common"'],
    [
      'a destination',
      'echo x >HERE/outside/conf; echo y >>"HERE/outside/conf"; cp "$2/x" HERE/outside/conf; touch HERE/outside/conf',
    ],
    ['an output of dd or tee', 'dd if="$2/x" of=HERE/outside/conf; ls | tee -a HERE/outside/conf'],
    ['a file of the build area', 'cat HERE/area/build_data/file'],
    ['files of the system', '#!/bin/sh\ncat /etc/passwd /usr/bin/env /proc/mounts; chroot "$2" cat /etc/fstab'],
    ['a folder that contains the document', 'cd HERE; ls HERE/scripts "$(dirname "$0")/.."'],
    ['a URL', 'curl https://example.org/HERE/outside/conf'],
    ['every step beside it', 'sed -n \'s/^needs //p\' "$(dirname "$0")"/*'],
  ])('are not %s', (_, text) => {
    expect(names(text).paths).toEqual([]);
  });

  it('include what is sourced of the system', () => {
    expect(names('. /etc/os-release').paths).toEqual(['/etc/os-release']);
  });
});

describe('environment variables that a script takes', () => {
  it.each<[text: string, variables: string[]]>([
    ['echo "$FLAVOUR" ${BRAND}', ['FLAVOUR', 'BRAND']],
    ['FLAVOUR=${FLAVOUR:-x}; echo $FLAVOUR', ['FLAVOUR']],
    ['FLAVOUR=x; echo $FLAVOUR', []],
    ['for FLAVOUR in a b; do echo $FLAVOUR; done', []],
    ['while read -r FLAVOUR; do echo $FLAVOUR; done', []],
    ['. "$(dirname "$0")/lib/deep.sh"', ['FROM_DEEP']],
    [
      "#!/usr/bin/python3\nos.environ['FLAVOUR']; os.environ.get(\"BRAND\"); os.getenv('THIRD')",
      ['FLAVOUR', 'BRAND', 'THIRD'],
    ],
    ['#!/usr/bin/perl\nprint $ENV{FLAVOUR}', ['FLAVOUR', 'ENV']],
  ])('%s', (text, variables) => {
    expect([...names(text).variables].sort()).toEqual([...variables].sort());
  });
});
