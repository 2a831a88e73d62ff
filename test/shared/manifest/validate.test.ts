import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src-shared/manifest/problems';
import { checkStepNames } from '../../../src-shared/manifest/validate';
import { fixture, load, loadEdited } from './support';

/** Applies a one-click fix. */
function fixed(source: string, { fix }: Problem): string {
  const edits = [...(fix?.edits ?? [])].sort((a, b) => b.range.start - a.range.start);
  return edits.reduce((text, { range, text: by }) => text.slice(0, range.start) + by + text.slice(range.end), source);
}

describe('the structure', () => {
  it.each(['layout-a', 'layout-b', 'virtual-machine'])('of %s is right', (name) => {
    expect(load(fixture(name)).problems).toEqual([]);
  });

  it('of the first layout is said to be too old, once', () => {
    expect(load(fixture('layout-a0')).problems).toMatchObject([{ code: 'layout-too-old', phase: 'schema' }]);
  });

  it.each([
    ['<stop_on_error>true', '<stop_on_error>maybe', '`stop_on_error` must be true or false, not `maybe`.', 'maybe'],
    [
      ' level="6"',
      ' level="fast"',
      '`level` of `compression` must be a whole number from 0 to 255, not `fast`.',
      'fast',
    ],
    [
      ' authname="extra.example.org"',
      '',
      '`main` lacks the attribute `authname`.',
      '<main url="http://pkg.example.org/extra"/>',
    ],
    ['name="harbour"', 'name="harbour" x="y"', '`distribution` has no attribute `x`.', 'x="y"'],
    [
      '<build_area>tank/harbour</build_area>',
      '',
      '`distro_constr_params` lacks `build_area`.',
      '<distro_constr_params>',
    ],
    ['<line>', '<b/><line>', '`b` is not allowed in `entry`, which holds `title_suffix`, `line`.', '<b/>'],
    [
      '<checkpoint name="iso"/>',
      '<argslist/><checkpoint name="iso"/>',
      '`checkpoint` must come before `argslist` in `script`.',
      '<checkpoint name="iso"/>',
    ],
    ['<nbpi>', 'word<nbpi>', '`boot_archive` holds no text, but has `word`.', '<boot_archive>'],
    [
      'type="dir">var',
      'type="dir" fiocompress="true">var',
      '`base_exclude` has no attribute `fiocompress`.',
      'fiocompress="true"',
    ],
    ['"file" fio', '"dir" fio', '`fiocompress` of `base_include` goes only with `type="file"`.', 'fiocompress="false"'],
    [
      '<root_user',
      '<hostname>x</hostname><root_user',
      '`img_params` has more than one `hostname`: remove the others.',
      '<hostname>',
    ],
  ])('%s -> %s', (from, to, message, place) => {
    const { problems, source } = loadEdited('layout-b', from, to);
    expect(problems.map((problem) => problem.message)).toEqual([message]);
    const { range, severity, phase } = problems[0] as Problem;
    expect({ severity, phase }).toEqual({ severity: 'error', phase: 'schema' });
    if (place !== undefined) expect(source.slice(range?.start, range?.end)).toBe(place);
  });

  it('reports a missing part at the parent that the user wrote', () => {
    const { problems, source } = load('<distribution><vmimg_params/></distribution>');
    expect(problems.map(({ message }) => message)).toContain('`distro_constr_params` lacks `output_image`.');
    for (const { range } of problems) expect(source.slice(range?.start, range?.end)).toBe('<distribution>');
  });

  it.each([
    ['<stop_on_error>true', '<stop_on_error>True', 'Write `true`'],
    ['<stop_on_error>true', '<stop_on_error>no', 'Write `false`'],
    ['<stop_on_error>true', '<stop_on_error><![CDATA[false]]>', 'Write it as plain text'],
    ['type="lzma"', 'type="LZMA"', 'Write `lzma`'],
    ['use_build_sys_file', 'use_build_sys_files', 'Rename it to `use_build_sys_file`'],
    ['name="harbour"', 'name="harbour" colour="blue"', 'Remove `colour`'],
    ['<size_pad_mb>16</size_pad_mb>', '<size_pad_md>16</size_pad_md >', 'Rename it to `size_pad_mb`'],
    ['<nbpi>', '<bogus><x/></bogus><nbpi>', 'Remove this `bogus`'],
    ['<root_user', '<hostname>x</hostname><root_user', 'Remove this `hostname`'],
  ])('one click repairs %s -> %s', (from, to, title) => {
    const { problems, source } = loadEdited('layout-b', from, to);
    const problem = problems.find(({ fix }) => fix);
    expect(problem?.fix?.title).toBe(title);
    expect(load(fixed(source, problem as Problem)).problems).toEqual([]);
  });
});

describe('values', () => {
  it.each([
    [
      'harbour-1.example.org',
      'demo..host',
      'validate_node: Content "demo..host" at img_params/hostname did not validate',
    ],
    [
      'pkg:/shell/bash',
      'pkg:/shell/*',
      'validate_node: Content "pkg:/shell/*" at img_params/packages/pkg/name did not validate',
    ],
    [
      'pkg:/docs/manuals',
      'a?',
      'validate_node: Content "a?" at img_params/post_install_remove_packages/pkg/name did not validate',
    ],
    [
      'level="9"',
      'level="10"',
      'validate_node: Content "10" at img_params/live_img_compression/level did not validate',
    ],
    [
      'locale="en_GB.UTF-8"',
      'locale="fr"',
      'validate_node: Content "fr" at img_params/locale_defaults/locale did not validate',
    ],
    [
      '<title>Harbour',
      '<title> ',
      'validate_node: Content "" at img_params/grub_menu_modifications/title did not validate',
    ],
  ])('%s -> %s is refused in the words of the original', (from, to, original) => {
    const { problems } = loadEdited('layout-b', from, to);
    expect(problems.map((problem) => problem.original)).toEqual([original]);
    expect(problems[0]).toMatchObject({ phase: 'value', severity: 'error' });
  });

  it('names both of two equal keys', () => {
    const { problems } = loadEdited('layout-b', 'key="motto"', 'key="iso_sort"');
    expect(problems.map(({ path }) => path)).toEqual(['key_value_pairs/pair/key', 'key_value_pairs/pair/key']);
  });

  it('looks at scripts when it is told how', () => {
    const { problems } = load(fixture('virtual-machine'), () => false);
    expect(problems).toMatchObject([
      {
        code: 'script-not-executable',
        original:
          "scripts/create either doesn't exist or is not an executable file\n" +
          'validate_node: Content "scripts/create" at distro_constr_params/output_image/finalizer/script/name did not validate',
      },
    ]);
    expect(load(fixture('virtual-machine'), () => true).problems).toEqual([]);
  });
});

describe('checkStepNames', () => {
  const codes = (name: string): string[] =>
    checkStepNames(loadEdited('layout-b', 'name="br-arch"', `name="${name}"`).manifest).map(({ code }) => code);

  it.each(['br-arch', '-x', '.x', '_x', 'a:b.c', 'x'.repeat(200)])('allows %s', (name) => {
    expect(codes(name)).toEqual([]);
  });

  it.each([
    ['', 'checkpoint-name-missing'],
    ['im-pop', 'checkpoint-name-twice'],
    ['a b', 'checkpoint-name-characters'],
    ['a/b', 'checkpoint-name-characters'],
    ['a@b', 'checkpoint-name-characters'],
    ['..', 'checkpoint-name-characters'],
    ['é', 'checkpoint-name-characters'],
    ['x'.repeat(201), 'checkpoint-name-length'],
  ])('refuses %j', (name, code) => {
    expect(codes(name)).toEqual([code]);
  });
});
