import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scriptNames } from '../../../src-engine/area/named-inputs';
import { isInput } from '../../../src-engine/area/step-variables';

let folder: string;
const files = [
  'scripts/common.sh',
  'scripts/helper',
  'scripts/other-step',
  'scripts/conf.d/one',
  'scripts/lib/deep.sh',
  'scripts/lib/plain.sh',
  'scripts/lib/word',
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

/** The inputs that a script with this text names; `HERE` is the folder of the document. */
function names(
  text: string,
  args: readonly string[] = [],
): { paths: string[]; large: string[]; variables: readonly string[] } {
  const here = (one: string): string => one.replaceAll('HERE', folder);
  writeFileSync(join(folder, 'scripts/step'), here(text));
  const path = `${join(folder, 'own/bin')}:/usr/bin:/bin`;
  const steps = [join(folder, 'scripts/other-step')];
  const place = { cwd: folder, area: join(folder, 'area'), manifest: join(folder, 'manifest.xml'), path, steps };
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

describe('Files below the folder of a script:', () => {
  it.each<[text: string, paths: string[]]>([
    ['here=$(cd "$(dirname "$0")" && pwd)\n. "$here/lib/plain.sh"', ['scripts/lib/plain.sh']],
    ['here=$(dirname $0); . "$here/lib/plain.sh"', ['scripts/lib/plain.sh']],
    ['here=`dirname $0`\nlib="$here"/lib\n. $lib/plain.sh', ['scripts/lib/plain.sh']],
    ['cd "$(dirname "$0")"\n. ./lib/plain.sh', ['scripts/lib/plain.sh']],
    ['cd -P -- "$(dirname -- "$0")" || exit\ncat lib/word', ['scripts/lib/word']],
    ['cd "$(dirname "$0")/lib"\ncat ./word', ['scripts/lib', 'scripts/lib/word']],
    ['me=$(readlink -f "$0")\nlibdir=${me%/*}/lib\n. $libdir/plain.sh', ['scripts/lib/plain.sh']],
    ['self=$0\nhere=$(dirname "$self")\ncat "$here/lib/word"', ['scripts/lib/word']],
    ['src="${BASH_SOURCE[0]:-$0}"\nlib=$(realpath "$(dirname "$src")")/lib\ncat $lib/word', ['scripts/lib/word']],
    ['here=$PWD/$(dirname "$0")\ncat ${here:?}/lib/word', ['scripts/lib/word']],
    [
      'for f in helper word; do [ -e "$(dirname "$0")/$f" ] && cat "$(dirname "$0")/$f"; done',
      ['scripts/helper', 'scripts/lib/word'],
    ],
    ['for f in plain; do . "$(dirname "$0")/lib/$f.sh"; done', ['scripts/lib', 'scripts/lib/plain.sh']],
    ['name=lib/word; cat "$(dirname "$0")/$name"', ['scripts/lib/word']],
    ['. "$LIBRARY/plain.sh"', ['scripts/lib/plain.sh']],
    ["#!/usr/bin/python3\nhere = Path(__file__).resolve().parent\nopen(here / 'lib' / 'word')", ['scripts/lib/word']],
    ['#!/usr/bin/perl\nrequire dirname(abs_path($0)) . "/lib/plain.sh";', ['scripts/lib/plain.sh']],
  ])('The script %s has its files as inputs.', (text, paths) => {
    expect(names(text).paths).toEqual(paths);
  });

  it.each([
    ['the script of another step', 'here=$(dirname "$0"); echo "before the other-step"'],
    ['a file of the image', 'here=$(dirname "$0"); cat "$2/word" "$2"/helper /word'],
    ['a file that is only written', 'here=$(dirname "$0"); ls >"$here/lib/word"; rm -f "$here/helper"'],
    ['a variable or an option with the name of a file', 'here=$(dirname "$0"); ls -word $word ${helper}'],
  ])('The inputs do not include %s.', (_, text) => {
    expect(names(text).paths).toEqual([]);
  });

  it('Only 2000 entries are read, those near the script first.', () => {
    mkdirSync(join(folder, 'scripts/xx'));
    for (let i = 0; i < 2000; i++) writeFileSync(join(folder, `scripts/xx/${i}`), '');
    mkdirSync(join(folder, 'scripts/xx/deep'));
    writeFileSync(join(folder, 'scripts/xx/deep/far'), '');
    try {
      expect(names('here=$(dirname "$0"); cat "$here"/*/far "$here"/*/word').paths).toEqual(['scripts/lib/word']);
    } finally {
      rmSync(join(folder, 'scripts/xx'), { recursive: true });
    }
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
    ['#!/usr/bin/perl\nprint $ENV{FLAVOUR}', ['FLAVOUR']],
    ['#!/usr/bin/perl\nfor (@list) { print $_ } my $BRAND = $ARGV[0]; print $BRAND', []],
    ['echo $_ $COLUMNS $LINES $RANDOM $OPTIND $IFS $PWD $OLDPWD $SHLVL $SECONDS $UID $BASH_VERSION $REPLY', []],
    ["awk '{ print $NF }' x; perl -ne 'print $_' x", []],
  ])('The script %s has its variables as inputs.', (text, variables) => {
    expect(names(text).variables.filter(isInput).sort()).toEqual([...variables].sort());
  });
});
