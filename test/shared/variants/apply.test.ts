// A variant is applied by replacing pieces of the manifest's text, and each bad input has an error with a place and a hint.
import { describe, expect, it } from 'vitest';
import { interpretManifest } from '../../../src-shared/manifest/interpret';
import { applyVariant, type AppliedVariant } from '../../../src-shared/variants/apply';
import { changeText, parseVariant } from '../../../src-shared/variants/variant';

const now = new Date(0);

const MANIFEST = `<?xml version="1.0"?>
<!-- kept -->
<distribution name='sample'>
  <distro_constr_params>
    <build_area>/area</build_area>
    <output_image><finalizer>
      <script name="scripts/iso"><checkpoint name="iso" message="Make"/></script>
      <script name="scripts/vagrant"><checkpoint name="vagrant" message="Box"/></script>
    </finalizer></output_image>
  </distro_constr_params>
  <img_params>
    <packages>
      <pkg name="nano"/> <!-- an editor -->
      <pkg name="vim"/>
    </packages>
    <hostname>  live  </hostname>
    <locale_defaults locale = 'C.UTF-8' timezone="Etc/UTC"/>
    <user username="jack"><shell>/bin/sh</shell></user>
    <user username="jill"><shell>/bin/sh</shell></user>
  </img_params>
  <key_value_pairs>
    <pair key="suite" value="host"/>
  </key_value_pairs>
</distribution>
`;

function apply(changes: string, manifest = MANIFEST): AppliedVariant {
  return applyVariant(interpretManifest(manifest, { now }), parseVariant(`<variant>${changes}</variant>`), { now });
}

const resultOf = (changes: string): string => {
  const { built, problems } = apply(changes);
  expect(problems).toEqual([]);
  return built.source;
};

/** The manifest with texts replaced. */
const replaced = (...pairs: readonly (readonly [string, string])[]): string =>
  pairs.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, MANIFEST);

describe('changes', () => {
  it('An empty variant is the manifest, byte for byte.', () => {
    expect(resultOf('')).toBe(MANIFEST);
    expect(resultOf('<!-- nothing -->')).toBe(MANIFEST);
  });

  it('A value is replaced in its place: texts keep the white space around them, attributes keep their quotes.', () => {
    expect(resultOf('<set path="img_params/hostname" value="de"/>')).toBe(replaced(['  live  ', '  de  ']));
    expect(resultOf('<set path="img_params/locale_defaults/locale">de_DE.UTF-8</set>')).toBe(
      replaced(["'C.UTF-8'", "'de_DE.UTF-8'"]),
    );
    expect(resultOf('<set path="name" value="a &amp; b"/>')).toBe(replaced(["'sample'", "'a &amp; b'"]));
  });

  it('A predicate chooses one of several elements.', () => {
    expect(resultOf('<set path="img_params/user[username=jill]/shell" value="/bin/zsh"/>')).toBe(
      replaced(['jill"><shell>/bin/sh', 'jill"><shell>/bin/zsh']),
    );
  });

  it('A script parameter is replaced, or added when the manifest has none.', () => {
    expect(resultOf('<set key="suite" value="trixie"/><set key="new" value="1"/><set key="other" value=""/>')).toBe(
      replaced([
        '<pair key="suite" value="host"/>',
        '<pair key="suite" value="trixie"/>\n    <pair key="new" value="1"/>\n    <pair key="other" value=""/>',
      ]),
    );
  });

  it('Packages are added last and removed with their comments.', () => {
    expect(resultOf('<package remove="nano"/><package add="cups"/><package add="emacs"/>')).toBe(
      replaced(
        ['      <pkg name="nano"/> <!-- an editor -->\n', ''],
        ['<pkg name="vim"/>', '<pkg name="vim"/>\n      <pkg name="cups"/>\n      <pkg name="emacs"/>'],
      ),
    );
  });

  it('Outputs are switched on with the steps that they need, and off; also steps of the document.', () => {
    const { built } = apply('<output on="qcow2"/><output off="iso"/><output off="vagrant"/>');
    expect(built.manifest.steps.map(({ name }) => name)).toEqual(['disk', 'qcow2']);
  });

  it('A manifest with Windows line ends keeps them.', () => {
    const { built } = apply('<package add="cups"/>', MANIFEST.replaceAll('\n', '\r\n'));
    expect(built.source).toContain('<pkg name="vim"/>\r\n      <pkg name="cups"/>\r\n');
    expect(built.source.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('Changes have a short text, without secret values.', () => {
    const source =
      '<variant><set path="img_params/rootpass" value="xyz"/><set key="api_token" value="xyz"/><set key="suite" value="sid"/><package add="a"/><package remove="b"/><output on="usb"/><output off="iso"/></variant>';
    expect(parseVariant(source).changes.map(changeText)).toEqual([
      'img_params/rootpass = (secret)',
      'api_token = (secret)',
      'suite = sid',
      '+a',
      '-b',
      'usb on',
      'iso off',
    ]);
  });

  it('A description is read.', () => {
    expect(parseVariant('<variant description="For the fair"/>')).toEqual({
      description: 'For the fair',
      changes: [],
      problems: [],
    });
  });
});

describe('errors', () => {
  it.each([
    ['<set path="img_params/hostnam" value="x"/>', 'The manifest has no `img_params/hostnam`.', 'Is `hostname` meant?'],
    ['<set path="img_params/zzzzzz" value="x"/>', 'The manifest has no `img_params/zzzzzz`.', 'Add it to the manifest'],
    ['<set path="img_params/user/shell" value="x"/>', '`img_params/user/shell` is 2 values.', 'img_params/user['],
    ['<set path="img_params/packages" value="x"/>', '`img_params/packages` contains elements.', 'packages/pkg'],
    ['<set path="/img_params" value="x"/>', '`/img_params` is no nodepath: Path cannot start', 'A nodepath is'],
    ['<set path="a[" value="x"/>', '`a[` is no nodepath', 'A nodepath is'],
    ['<set value="x"/>', '`set` has no `path` or `key`.', '<set path='],
    ['<set path="a"/>', '`set` has no `value`.', '<set path='],
    ['<set path="a" key="b" value="x"/>', '`set` has both `path` and `key`.', '<set path='],
    ['<set path="a" value="x">y</set>', '`set` has both a `value` and a text.', '<set path='],
    ['<set path="" value="x"/>', '`set` names nothing.', '<set path='],
    ['<set pat="a" value="x"/>', '`set` has no attribute `pat`.', 'Is `path` meant?'],
    ['<package remove="nan"/>', 'The manifest does not install `nan`.', 'Is `nano` meant?'],
    ['<package remove="gone"/>', 'The manifest does not install `gone`.', 'Remove this line'],
    ['<package add="a" remove="b"/>', '`package` has both `add` and `remove`.', '<package add='],
    ['<package/>', '`package` has no `add` or `remove`.', '<package add='],
    ['<output on="qcow"/>', 'There is no output `qcow`.', 'Is `qcow2` meant?'],
    ['<output off="zzzzz"/>', 'There is no output `zzzzz`.', 'The outputs are iso, usb'],
    ['<packge add="a"/>', 'The element `packge` is not known.', 'Is `package` meant?'],
    ['<set path="a" value="x"><b/></set>', '`set` cannot contain `b`.', '<set path='],
    ['loose', '`variant` contains the text `loose`', 'Put it into a comment'],
    ['<output on="usb">x</output>', '`output` contains the text `x`', 'Put it into a comment'],
    [
      '<set key="a" value="1"/><set key="a" value="2"/>',
      'The variant changes the script parameter `a` twice.',
      'Remove one',
    ],
    [
      '<set path="name" value="1"/><set path="distribution/name" value="2"/>',
      'Two changes of the variant are about the same value.',
      'Remove one',
    ],
    [
      '<set path="distro_constr_params/build_area" value="/other"/>',
      'A variant cannot change the build area.',
      'Remove this line',
    ],
  ])('%s', (changes, message, hint) => {
    const { problems } = apply(changes);
    expect(problems[0]?.severity).toBe('error');
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.hint).toContain(hint);
  });

  it.each([
    ['<variant>', /./],
    ['', /root element/],
    ['<distribution/>', /The first element is `distribution`, not `variant`/],
    ['<variant name="a"/>', /`variant` has no attribute `name`/],
    ['<!DOCTYPE variant [<!ENTITY e SYSTEM "/etc/passwd">]><variant>&e;</variant>', /entit/i],
  ])('A file that is no variant is an error: %s', (source, message) => {
    expect(parseVariant(source).problems.map((problem) => problem.message)).toEqual([expect.stringMatching(message)]);
  });

  it('A problem has its place in the file of the variant.', () => {
    const source = '<variant>\n  <package remove="gone"/>\n</variant>';
    const { problems } = applyVariant(interpretManifest(MANIFEST, { now }), parseVariant(source), { now });
    const { start, end } = problems[0]?.range ?? { start: 0, end: 0 };
    expect(source.slice(start, end)).toBe('<package remove="gone"/>');
  });

  it('What the manifest has already is a warning.', () => {
    const { built, problems } = apply('<package add="nano"/><output on="iso"/><output off="usb"/>');
    expect([built.source, problems.map(({ severity }) => severity)]).toEqual([
      MANIFEST,
      ['warning', 'warning', 'warning'],
    ]);
  });
});
