import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  'lib/d/f',
  'lib/d/g.conf',
  'own/bin/interp',
  'own/bin/mytool',
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
  for (const tool of ['interp', 'mytool']) chmodSync(join(folder, 'own/bin', tool), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a script of this text names; `HERE` is the folder of the document. */
function names(
  text: string,
  args: readonly string[] = [],
): { paths: string[]; large: string[]; variables: readonly string[] } {
  const here = (one: string): string => one.replaceAll('HERE', folder);
  writeFileSync(join(folder, 'scripts/step'), here(text));
  const path = `${join(folder, 'own/bin')}:/usr/bin:/bin`;
  const place = { cwd: folder, area: join(folder, 'area'), manifest: join(folder, 'manifest.xml'), path };
  const { paths, large, variables } = scriptNames('scripts/step', place, args.map(here));
  const short = (list: readonly string[]): string[] => list.map((one) => one.replace(`${folder}/`, '')).sort();
  return { paths: short(paths), large: short(large), variables };
}

describe('Files that a script names:', () => {
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
    ['cp -r lib/d $2/', ['lib/d']],
    ['cp -r lib/d/. $2/x', ['lib/d']],
    ['cp lib/d/* $2/', ['lib/d']],
    ['cp -r "lib/d/" "$2"', ['lib/d']],
    ['cp lib/d/*.conf lib/d/f? "$2"', ['lib/d']],
    ['cp -t "$2" lib/d/f', ['lib/d/f']],
    ['cp -r -t "$2" lib/d', ['lib/d']],
    ['for f in lib/d/*; do cat "$f"; done', ['lib/d']],
    ['cat "lib/d/$name"', ['lib/d']],
    ['tar -C lib/d -cf - . | tar -C "$2" -xf -', ['lib/d']],
    ['(cd lib/d && cat f)', ['lib/d']],
    ['cp -r data "$2"', ['data']],
    ['tar -cf "$2/x.tar" data', ['data']],
    ['cat "$PWD/lib/d/f" ${PWD}/data/table', ['data/table', 'lib/d/f']],
    ['cat "$PWD"/lib/d/f "$(pwd)/data/table"', ['data/table', 'lib/d/f']],
    ['top=$PWD\ncat "$top/data/table" "${top}"/lib/d/f', ['data/table', 'lib/d/f']],
    ['#!HERE/own/bin/interp\n', ['own/bin/interp']],
    ['#!/usr/bin/env interp\n', ['own/bin/interp']],
    ['#!/usr/bin/env -S interp -x\n', ['own/bin/interp']],
    ['#!HERE/own/bin/missing\n', ['own/bin/missing']],
    ['mytool x >"$2/y"', ['own/bin/mytool']],
    ['if A=1 mytool; then :; fi', ['own/bin/mytool']],
    ['x=$(mytool --version) || exit 1', ['own/bin/mytool']],
    ['ls | sudo mytool', ['own/bin/mytool']],
    ['#!/usr/bin/python3\nsubprocess.run(["mytool", "x"])', ['own/bin/mytool']],
    ['[ -f "$(dirname "$0")/local.conf" ] && . "$(dirname "$0")/local.conf"', ['scripts/local.conf']],
  ])('The script %s has its files as inputs.', (text, paths) => {
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
    ['a folder that is made or is a destination', 'mkdir -p lib/d; cp "$2/x" lib/d/; rm -rf lib/d; ls >lib/d/f'],
    ['a tool that is only an argument', 'echo mytool; ls | grep mytool'],
    ['an interpreter of the system', '#!/usr/bin/env sh\nls; cat "$2/x"'],
    ['files of the system', '#!/bin/sh\ncat /etc/passwd /usr/bin/env /proc/mounts; chroot "$2" cat /etc/fstab'],
    ['a folder that contains the document', 'cd HERE; ls HERE/scripts "$(dirname "$0")/.."'],
    ['a URL', 'curl https://example.org/HERE/outside/conf'],
    ['every step beside it', 'sed -n \'s/^needs //p\' "$(dirname "$0")"/*'],
  ])('The inputs do not include %s.', (_, text) => {
    expect(names(text).paths).toEqual([]);
  });

  it.each<[args: string[], paths: string[]]>([
    [['HERE/outside/conf'], ['outside/conf']],
    [['--conf=HERE/outside/conf', '-x'], ['outside/conf']],
    [
      ['lib/d', 'settings.conf'],
      ['lib/d', 'settings.conf'],
    ],
    [['HERE/outside/conf,data/table'], ['data/table', 'outside/conf']],
    [['HERE/outside/with blank é'], ['outside/with blank é']],
    [['plain', '/usr/bin/env', 'HERE/area/build_data/file', 'no/such', 'HERE'], []],
  ])('The inputs include files in the arguments %j.', (args, paths) => {
    writeFileSync(join(folder, 'outside/with blank é'), '');
    expect(names(':', args).paths).toEqual(paths);
  });

  it('A large folder is left out and reported.', () => {
    mkdirSync(join(folder, 'many/files'), { recursive: true });
    for (let i = 0; i <= 500; i++) writeFileSync(join(folder, `many/files/${i}`), '');
    for (const text of ['cp -r many/files "$2"', 'cp HERE/many/files/* "$2"', 'cp -r many "$2"'])
      expect(names(text)).toMatchObject({ paths: [], large: [expect.stringMatching(/^many/)] });
  });

  it('The inputs include a file of the system that the script sources.', () => {
    expect(names('. /etc/os-release').paths).toEqual(['/etc/os-release']);
  });
});

describe('Environment variables that a script takes:', () => {
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
  ])('The script %s has its variables as inputs.', (text, variables) => {
    expect([...names(text).variables].sort()).toEqual([...variables].sort());
  });
});
