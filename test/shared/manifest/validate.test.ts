import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src-shared/manifest/problems';
import { applySplices } from '../../../src-shared/manifest/splice';
import { fixture, load, loadEdited } from './support';

/** Applies a one-click fix. */
const fixed = (source: string, { fix }: Problem): string => applySplices(source, fix?.splices ?? []);

describe('the structure', () => {
  it.each(['layout-a', 'layout-b', 'virtual-machine'])('of %s is valid', (name) => {
    expect(load(fixture(name)).problems).toEqual([]);
  });

  it('is reported as too old, once, in a manifest of the first layout', () => {
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
    ['<line>', '<b/><line>', '`b` is not allowed in `entry`, which contains `title_suffix`, `line`.', '<b/>'],
    [
      '<checkpoint name="iso"/>',
      '<argslist/><checkpoint name="iso"/>',
      '`checkpoint` must come before `argslist` in `script`.',
      '<checkpoint name="iso"/>',
    ],
    ['<nbpi>', 'word<nbpi>', '`boot_archive` must not contain text, but has `word`.', '<boot_archive>'],
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
  ])('has a problem: %s -> %s', (from, to, message, place) => {
    const { problems, source } = loadEdited('layout-b', from, to);
    expect(problems.map((problem) => problem.message)).toEqual([message]);
    const { range, severity, phase } = problems[0] as Problem;
    expect({ severity, phase }).toEqual({ severity: 'error', phase: 'schema' });
    if (place !== undefined) expect(source.slice(range?.start, range?.end)).toBe(place);
  });

  it('has a problem at the parent that the user wrote when a part is missing', () => {
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
  ])('is repaired by one click: %s -> %s', (from, to, title) => {
    const { problems, source } = loadEdited('layout-b', from, to);
    const problem = problems.find(({ fix }) => fix);
    expect(problem?.fix?.label).toBe(title);
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
  ])('are refused with the message of the original: %s -> %s', (from, to, original) => {
    const { problems } = loadEdited('layout-b', from, to);
    expect(problems.map((problem) => problem.original)).toEqual([original]);
    expect(problems[0]).toMatchObject({ phase: 'value', severity: 'error' });
  });

  it('A default locale that is not in the list is added to it by one click.', () => {
    const { tree, problems } = loadEdited('layout-b', 'locale="en_GB.UTF-8"', 'locale="fr_FR.UTF-8"');
    const [problem] = problems;
    expect(problem?.fix?.label).toBe('Add `fr_FR.UTF-8` to Locales');
    expect(problem && load(fixed(tree.source, problem)).problems).toEqual([]);
  });

  it('have a problem for each of two equal keys', () => {
    const { problems } = loadEdited('layout-b', 'key="motto"', 'key="iso_sort"');
    expect(problems.map(({ path }) => path)).toEqual(['key_value_pairs/pair/key', 'key_value_pairs/pair/key']);
  });

  it('include scripts, which are checked when the caller passes a check', () => {
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

describe('checkpoint names', () => {
  const codes = (name: string): string[] =>
    loadEdited('layout-b', 'name="br-arch"', `name="${name}"`).problems.map(({ code }) => code);

  it.each(['br-arch', '-x', '.x', '_x', 'a:b.c', 'x'.repeat(200)])('may be %s', (name) => {
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
  ])('may not be %j', (name, code) => {
    expect(codes(name)).toEqual([code]);
  });
});

describe('the order of steps', () => {
  const step = (name: string): string => `<script name="scripts/${name}"><checkpoint name="${name}"/></script>`;
  const ordered = (...names: string[]): string =>
    fixture('layout-b').replace(/<finalizer>[^]*<\/finalizer>/, `<finalizer>${names.map(step).join('')}</finalizer>`);
  const warnings = (source: string): Problem[] => [...load(source).problems];

  it('is a warning, and its fix moves the step behind all steps that it needs', () => {
    const source = ordered('iso', 'grub-setup', 'gen-cd-cont', 'usb');
    const problems = warnings(source);
    expect(problems).toMatchObject([
      { severity: 'warning', code: 'step-order', step: 0, message: expect.stringContaining('`grub-setup`') as string },
      { severity: 'warning', code: 'step-order', step: 0, message: expect.stringContaining('`gen-cd-cont`') as string },
    ]);
    for (const problem of problems) {
      expect(problem.fix?.label).toBe('Move after gen-cd-cont');
      const moved = load(fixed(source, problem));
      expect(moved.manifest.steps.map(({ name }) => name)).toEqual(['grub-setup', 'gen-cd-cont', 'iso', 'usb']);
      expect(moved.problems).toEqual([]);
    }
  });

  it('is a warning when media are made before the list of their contents', () => {
    expect(warnings(ordered('grub-setup', 'iso', 'gen-cd-cont'))).toMatchObject([
      {
        code: 'step-order',
        message: 'The step `iso` runs before `gen-cd-cont`: the media would lack the list of its contents.',
      },
    ]);
  });

  it.each([
    [['qcow2', 'disk'], 'The step `qcow2` runs before `disk`: there is no disk before.'],
    [
      ['oci', 'post-mod'],
      'The step `oci` runs before `post-mod`: the container image is made from what that step packs.',
    ],
    [
      ['netboot', 'grub-setup'],
      'The step `netboot` runs before `grub-setup`: the files for netboot would lack the boot menu.',
    ],
  ])('is a warning for the outputs %s', (names, message) => {
    expect(warnings(ordered(...names))).toMatchObject([{ code: 'step-order', message }]);
    expect(warnings(ordered(...[...names].reverse()))).toEqual([]);
  });
});

describe('packages', () => {
  it('are errors with the nearest name as fix when a package source does not have them', () => {
    const fault = {
      name: 'pkg:/shell/bash',
      kind: 'unknown',
      message: 'No repository has it.',
      instead: ['pkg:/shell/zsh'],
    };
    const { problems, source } = load(fixture('layout-b'), undefined, [fault]);
    expect(problems).toMatchObject([{ severity: 'error', phase: 'repository', code: 'package-unknown' }]);
    expect(fixed(source, problems[0] as Problem)).toContain('<pkg name="pkg:/shell/zsh"');
  });
});

describe('a file of another format', () => {
  it.each([
    ['dc', /distribution constructor of Solaris 11.*as text.*"Convert a Solaris 11 manifest"/],
    ['x:dc xmlns:x="urn:x"', /distribution constructor of Solaris 11/],
    ['auto_install', /Automated Installer of Solaris.*as text.*template/],
    ['ai_manifest', /Automated Installer of OpenSolaris.*as text/],
    ['service_bundle', /SMF manifest.*as text/],
    ['image schemaversion="7.4"', /image description of KIWI.*as text/],
    ['elsewhere', /must be `distribution`, not `elsewhere`.*as text/],
  ])('is named, with what can be done: <%s>', (tag, message) => {
    const { problems } = load(`<?xml version="1.0"?>\n<${tag}><any/></${tag.split(' ')[0] ?? ''}>\n`);
    expect(problems).toMatchObject([{ code: 'wrong-root', message: expect.stringMatching(message) as string }]);
  });
});

describe('a script that is not there', () => {
  it.each([
    ['/usr/share/distro_const/im_pop', /belongs to the original distribution constructor/],
    ['/opt/tools/step', /An absolute path is a path of the build host/],
    ['scripts/step', /A relative path starts at the folder/],
  ])('is reported with a hint for its path: %s', (script, hint) => {
    const source = fixture('layout-b').replace(/<script name="[^"]*"/, `<script name="${script}"`);
    const { problems } = load(source, (path) => path !== script);
    expect(problems).toMatchObject([{ code: 'script-not-executable', message: expect.stringMatching(hint) as string }]);
  });
});

it.each([
  ['field_kit', 'fieldkit'],
  ['Büro 2..nord', 'Buro2.nord'],
  ['-_-', undefined],
])('The host name %s is repaired as %s.', (wrong, right) => {
  const { problems, source } = load(fixture('layout-b').replace(/(<hostname>)[^<]*/, `$1${wrong}`));
  const [problem] = problems;
  expect(problem?.message).toContain('is not a host name');
  expect(problem?.fix?.label).toBe(right === undefined ? undefined : `Use \`${right}\``);
  if (problem?.fix) expect(fixed(source, problem)).toContain(`<hostname>${right}</hostname>`);
});
