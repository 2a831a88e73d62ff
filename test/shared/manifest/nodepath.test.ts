import { describe, expect, it } from 'vitest';
import { splitArgslist } from '../../../src-shared/manifest/argslist';
import { keyToNodepath, queryEitherEra, queryNodepath } from '../../../src-shared/manifest/nodepath';
import { fixture, load } from './support';

const b = load(fixture('layout-b')).defaulted.root;
const a = load(fixture('layout-a')).defaulted.root;

describe('queryNodepath (the recorded answers are in vectors.test.ts)', () => {
  it.each([
    ['name', ['harbour']],
    ['distribution/name', ['harbour']],
    ['img_params/packages/pkg/name', ['pkg:/system/kernel', 'pkg:/shell/bash']],
    ['img_params/packages/pkg[tags=core]/name', ['pkg:/shell/bash']],
    ['img_params/packages/pkg[name="pkg:/shell/bash":tags=core]/attrs', ['a=b']],
    ['img_params/user[username=bosun]/UID', ['1001']],
    ['distro_constr_params/output_image/finalizer/script[name="scripts/br-arch"]/argslist', ['amd64', 'size=20 MB']],
    [
      'distro_constr_params/output_image/finalizer/script/checkpoint/../name',
      ['scripts/im-pop', 'scripts/br-arch', 'scripts/iso'],
    ],
    ['img_params/nothing', []],
    [keyToNodepath('motto'), ['sails up']],
  ])('answers %s', (nodepath, values) => {
    expect(queryNodepath(b, nodepath)).toEqual(values);
  });

  it.each([
    ['/name', 'Path cannot start with a /'],
    ['a]b', 'Error parsing path token'],
    ['a[b=c', 'Mismatching brackets in path token'],
    ['a="b', 'Quote mistmatch in path token'],
  ])('refuses %s', (nodepath, message) => {
    expect(() => queryNodepath(b, nodepath)).toThrow(message);
  });
});

it('Scripts of either era read manifests of the other.', () => {
  const authority = 'img_params/pkg_repo_default_authority/main/url';
  expect(queryNodepath(a, authority)).toEqual([]);
  expect(queryEitherEra(a, authority)).toEqual(['http://pkg.example.org/2008']);
  expect(queryEitherEra(b, 'distro_constr_params/pkg_repo_default_authority/main/url')).toEqual([
    'http://pkg.example.org/main',
  ]);
  expect(queryEitherEra(b, 'img_params/output_image/bootroot/size_pad_mb')).toEqual(['16']);
  expect(queryEitherEra(a, 'img_params/boot_archive_contents/base_include[type="dir"]')).toEqual(['lib']);
});

it.each([
  ['one two', ['one two']],
  ['"one" "two three"', ['one', 'two three']],
  [`"it's"`, ["it's"]],
  [String.raw`say \"hi\"`, ['say "hi"']],
  ['', []],
  ['"" x', ['x']],
])('The argslist %j is split as recorded.', (text, args) => {
  expect(splitArgslist(text)).toEqual(args);
});

it('An argslist with quotes that do not pair is refused.', () => {
  expect(() => splitArgslist("the captain's")).toThrow("Unexpected unescaped quote found: the captain's");
});
