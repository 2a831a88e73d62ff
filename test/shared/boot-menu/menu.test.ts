import { describe, expect, it } from 'vitest';
import { expandedLine, grubConfig, startedKernel } from '../../../src-shared/boot-menu/config';
import { kernelOptions, linuxLine, splitOptions } from '../../../src-shared/boot-menu/kernel-options';
import {
  defaultEntry,
  ORIGINAL_RULE,
  readMenu,
  ruleFor,
  shownEntries,
  TEMPLATE_RULE,
  writesMenu,
} from '../../../src-shared/boot-menu/menu';
import { FRAME_LINES, isCut, menuScreen, TITLE_COLUMNS } from '../../../src-shared/boot-menu/screen';
import { parseManifest } from '../../../src-shared/manifest/parse';

const manifest = (menu: string): string =>
  `<distribution name="harbour"><img_params><grub_menu_modifications>${menu}</grub_menu_modifications></img_params></distribution>`;
const entry = (suffix: string, position?: number, ...lines: readonly string[]): string =>
  `<entry${position === undefined ? '' : ` position="${position}"`}><title_suffix>${suffix}</title_suffix>${(lines.length === 0 ? ['linux $kernel $options'] : lines).map((line) => `<line>${line}</line>`).join('')}</entry>`;
const read = (menu: string, rule = TEMPLATE_RULE) => readMenu(parseManifest(manifest(menu)), rule);
const titles = (menu: string, rule = TEMPLATE_RULE): string[] =>
  shownEntries(read(menu, rule)).map(({ title }) => title);

describe('the entries of a menu', () => {
  it('are the own one of the step, those with positions by these, and the others', () => {
    expect(titles(`<title>H</title>${entry('last')}${entry('ten', 10)}${entry('two', 2)}${entry('too', 2)}`)).toEqual([
      'H',
      'H two',
      'H too',
      'H ten',
      'H last',
    ]);
  });

  it('have the name of the distribution where the menu has no title', () => {
    expect(titles(entry('x'))).toEqual(['harbour', 'harbour x']);
    expect(readMenu(parseManifest('<distribution name="a b"/>'), TEMPLATE_RULE).entries).toHaveLength(1);
  });

  it('are put in one after the other by the original, whose own entries are not known', () => {
    expect(titles(`${entry('a', 0)}${entry('b')}${entry('c', 0)}`, ORIGINAL_RULE)).toEqual([
      'harbour c',
      'harbour a',
      'harbour b',
    ]);
  });

  it('lose a second one with the title and the position of another', () => {
    expect(titles(`${entry('a', 1)}${entry('a', 1)}${entry('b', 2)}`)).toEqual(['harbour', 'harbour a', 'harbour b']);
  });

  it('end with the one without a position that its title does not find, and lose several such ones', () => {
    expect(titles(`${entry('b')}${entry('b', 2)}${entry('c', 3)}`).slice(-1)).toEqual(['harbour b']);
    const quoted = entry('the "safe" one');
    expect(titles(`${quoted}${entry('a', 1)}`)).toEqual(['harbour', 'harbour a', 'harbour the safe one']);
    expect(titles(`${quoted}${entry('a', 1)}${entry('the "other" one')}`)).toEqual(['harbour', 'harbour a']);
  });

  it('have titles and lines as steps get them: quotes need a backslash', () => {
    const menu = read(entry('(\\"all\\" of it)', 1, 'echo \\"a b\\"', 'echo "c d"'));
    expect(menu.entries[1]?.title).toBe('harbour ("all" of it)');
    expect(menu.entries[1]?.lines).toEqual(['echo "a b"', 'echo c d']);
  });
});

describe('the default', () => {
  it('is the entry with the number, and the first for a number without an entry', () => {
    expect(defaultEntry(read(`<default_entry>1</default_entry>${entry('a', 1)}`))?.title).toBe('harbour a');
    expect(defaultEntry(read(`<default_entry>7</default_entry>${entry('a', 1)}`))?.title).toBe('harbour');
    expect(read('').timeout).toBe(5);
  });
});

describe('the rule of a menu', () => {
  it('is that of the templates where their script is there', () => {
    expect(ruleFor(['scripts/grub-setup', 'scripts/boot-menu.sh'])).toBe(TEMPLATE_RULE);
    expect(ruleFor(['scripts/grub-setup'])).toBe(ORIGINAL_RULE);
    expect(['/usr/share/distro_const/grub_setup.py', 'scripts/loader-setup', 'iso'].map(writesMenu)).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('kernel options', () => {
  it('are those after the common ones, where the entry has the usual lines', () => {
    const options = (...lines: string[]) => kernelOptions(lines);
    expect(options('linux $kernel $options toram  a="b c"', 'initrd $initrd')).toEqual(['toram', 'a="b c"']);
    expect(options('linux $kernel $options', 'initrd $initrd')).toEqual([]);
    expect(options('linux $kernel $options')).toBeUndefined();
    expect(options('linux $kernel quiet', 'initrd $initrd')).toBeUndefined();
    expect(options('linux $kernel $optionsx', 'initrd $initrd')).toBeUndefined();
    expect(options('chainloader +1', 'boot')).toBeUndefined();
    expect(linuxLine(splitOptions(' a  b '))).toBe('linux $kernel $options a b');
  });
});

describe('the screen of GRUB', () => {
  it('marks the default and cuts a title that is too long with an arrow', () => {
    const long = 'x'.repeat(100);
    const { lines } = menuScreen(read(`<title>T</title><default_entry>1</default_entry>${entry(long, 1)}`));
    expect(lines.map(({ text }) => text)).toEqual([' T', `*T ${'x'.repeat(TITLE_COLUMNS - 3)}→`]);
    expect(isCut('x'.repeat(TITLE_COLUMNS))).toBe(false);
    expect(isCut('漢'.repeat(38))).toBe(true);
  });

  it('scrolls to the shown entry and marks where there are more', () => {
    const menu = read(Array.from({ length: 20 }, (_, at) => entry(`e${at}`, at + 1)).join(''));
    expect(menuScreen(menu)).toMatchObject({ isMoreAbove: false, isMoreBelow: true });
    const screen = menuScreen(menu, menu.entries[20]);
    expect(screen.lines).toHaveLength(FRAME_LINES);
    expect(screen.lines.at(-1)?.text).toBe(' harbour e19');
    expect(screen).toMatchObject({ isMoreAbove: true, isMoreBelow: false });
  });
});

describe('grub.cfg', () => {
  it('names what it starts, and a line is shown with that', () => {
    const started = { kernel: '/live/vmlinuz', initrd: '/live/initrd', options: 'boot=live quiet' };
    const text = grubConfig(read(''), started)
      .map((part) => part.text)
      .join('');
    expect(startedKernel(text)).toEqual(started);
    expect(startedKernel('set timeout=5\n')).toBeUndefined();
    expect(expandedLine('linux $kernel $options a $other', started)).toBe(
      'linux /live/vmlinuz boot=live quiet a $other',
    );
  });
});
