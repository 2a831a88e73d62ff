import { expect, it } from 'vitest';
import { applySplices } from '../../../src-shared/manifest/splice';
import { fixture, load } from './support';

const withLine = (line: string): string =>
  fixture('layout-b').replace(/<line>[^<]*<\/line>/, () => `<line>${line}</line>`);
const problemsOf = (source: string) => load(source).problems.filter(({ code }) => code === 'menu-quotes');

it('A kernel option whose quotes steps do not get is a warning, and one click keeps them.', () => {
  const source = withLine(`linux $kernel dyndbg="file x +p" a='b' quiet`);
  const [problem, ...others] = problemsOf(source);
  expect(others).toEqual([]);
  expect(problem).toMatchObject({ severity: 'warning', path: 'img_params/grub_menu_modifications/entry/line' });
  const fixed = applySplices(source, problem?.fix?.splices ?? []);
  expect(fixed).toBe(withLine(String.raw`linux $kernel dyndbg=\"file x +p\" a=\'b\' quiet`));
  expect(problemsOf(fixed)).toEqual([]);
});

it.each(['linux $kernel quiet', '"linux $kernel quiet"', String.raw`echo \"a b\"`, "echo it's"])(
  'The line %j arrives as it is meant.',
  (line) => {
    expect(problemsOf(withLine(line))).toEqual([]);
  },
);

it('A title with quotes is reported as well; references are left to the user.', () => {
  const source = fixture('layout-b').replace(/<title_suffix>[^<]*/, '<title_suffix>the &quot;safe&quot; one');
  expect(problemsOf(source)).toMatchObject([{ path: 'img_params/grub_menu_modifications/entry/title_suffix' }]);
  expect(problemsOf(source)[0]?.fix).toBeUndefined();
});
