// What grub-setup of the Debian template writes for a boot menu, read by GRUB's own parser.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { grubConfig, startedKernel } from '../../../src-shared/boot-menu/config';
import { readMenu, TEMPLATE_RULE } from '../../../src-shared/boot-menu/menu';
import { parseManifest } from '../../../src-shared/manifest/parse';
import { root } from '../../support/markdown';
import type { TestProject } from '../../support/engine';
import { stubImageProject } from '../../support/stub-image';

const TREE = { 'live/vmlinuz': 'kernel', 'live/initrd': 'initrd' };
let project: TestProject | undefined;
afterEach(() => project?.dispose());

/** Builds the menu with these changes of the manifest; returns grub.cfg and GRUB's opinion of it. */
async function menuOf(edit: (manifest: string) => string): Promise<{ readonly cfg: string; readonly fault: string }> {
  project = stubImageProject('grub-setup', { files: TREE, edit });
  const { code, stderr } = await project.build();
  expect(code, stderr).toBe(0);
  const cfg = project.read('build_data/pkg_image/boot/grub/grub.cfg');
  const { stderr: fault } = spawnSync('grub-script-check', { input: cfg, encoding: 'utf8' });
  return { cfg, fault };
}

const titles = (cfg: string): string[] => [...cfg.matchAll(/^menuentry (.*) \{$/gm)].map(([, title = '']) => title);
const entry = (position: string, suffix: string, option: string): string =>
  `<entry${position}><title_suffix>${suffix}</title_suffix><line>linux $kernel $options ${option}</line></entry>`;
const withEntries =
  (...entries: readonly string[]) =>
  (manifest: string): string =>
    manifest.replace(/<entry.*<\/entry>/s, entries.join(''));

describe.skipIf(process.getuid?.() !== 0)('the boot menu', () => {
  it('shows a title with quotes, a dollar and a backslash as it is', async () => {
    const { cfg, fault } = await menuOf((text) =>
      text.replace('>Debian live<', `>Bob's "Best" $5 \\ live<`).replace('(copied to memory)', '(\\"all\\" of $it)'),
    );
    expect(fault).toBe('');
    expect(titles(cfg).slice(0, 2)).toEqual([
      String.raw`"Bob's \"Best\" \$5 \\ live"`,
      String.raw`"Bob's \"Best\" \$5 \\ live (\"all\" of \$it)"`,
    ]);
  });

  it('has the entries at their positions, two of one position in their order, and those without one last', async () => {
    const { cfg } = await menuOf(
      withEntries(
        entry('', 'none', 'n'),
        entry(' position="10"', 'ten', 't'),
        entry(' position="2"', 'two', 'x'),
        entry(' position="2"', 'second two', 'y'),
      ),
    );
    expect(titles(cfg)).toEqual(['', ' two', ' second two', ' ten', ' none'].map((it) => `"Debian live${it}"`));
    expect([...cfg.matchAll(/\$options (\w)$/gm)].map(([, option]) => option)).toEqual(['x', 'y', 't', 'n']);
  });

  it('keeps one entry where its title has quotes in pairs', async () => {
    const { cfg, fault } = await menuOf(withEntries(entry(' position="1"', '(the "safe" one)', 's')));
    expect(fault).toBe('');
    expect(titles(cfg)).toEqual(['"Debian live"', '"Debian live (the safe one)"']);
    expect(cfg).toContain('linux $kernel $options s');
  });

  it('keeps an entry without a position whose title has quotes, last', async () => {
    const last = entry(' position="9"', 'nine', 'n');
    for (const [suffix, shown] of [
      ['(\\"all\\" of it)', String.raw`(\"all\" of it)`],
      ["Bob\\'s", "Bob's"],
      ['(the "safe" one)', '(the safe one)'],
      [`Bob\\'s \\"best\\"`, String.raw`Bob's \"best\"`],
    ] as const) {
      const { cfg, fault } = await menuOf(withEntries(entry('', suffix, 's'), entry('', 'plain', 'p'), last));
      expect(fault).toBe('');
      expect(titles(cfg).sort(), suffix).toEqual(
        ['', ' nine', ' plain', ` ${shown}`].map((it) => `"Debian live${it}"`).sort(),
      );
      expect([...cfg.matchAll(/\$options (\w)$/gm)].map(([, option]) => option).sort()).toEqual(['n', 'p', 's']);
      project?.dispose();
    }
  });

  it('is what the window shows before the build', async () => {
    for (const [title, ...entries] of [
      ['U', entry('', '(the "safe" one)', 'a'), entry('', 'plain', 'b')],
      ['V', entry('', '(the "safe" one)', 'a'), entry('', 'the "other" one', 'b'), entry('', 'plain', 'c')],
      ['W', entry('', 'the "safe" one', 'a'), entry('', 'the "other" one', 'a'), entry('', '', 'b')],
      ['X', entry('', 'the "safe" one', 'a'), entry('', '', 'b')],
      ['Y', entry('', '', 'a'), entry(' position="1"', '', 'b')],
      ['Debian live', entry(' position="2"', '(copied to memory)', 'toram'), entry(' position="1"', '(safe)', 'safe')],
      [
        'A "fine" $5 \\ \\" one',
        entry('', '(\\"all\\" of $it)', 'a=\\"b c\\"'),
        entry(' position="3"', 'the "safe" one', 's'),
      ],
      ['T', entry(' position="1"', 'twin', 'a'), entry(' position="7"', 'x', 'b'), entry('', 'twin', 'c')],
    ] as const) {
      const edited = (text: string): string =>
        withEntries(...entries)(text).replace('>Debian live<', () => `>${title}<`);
      const { cfg } = await menuOf(edited);
      const parts = grubConfig(
        readMenu(parseManifest(project?.read('../manifest.xml') ?? ''), TEMPLATE_RULE),
        startedKernel(cfg),
      );
      expect(parts.map(({ text }) => text).join('')).toBe(cfg);
      project?.dispose();
    }
  });

  it('takes no command from the timeout, the default or the name of the image', async () => {
    const { cfg, fault } = await menuOf((text) =>
      text.replace('name="debian-live"', `name="a 'b' $c"`).replace('<default_entry>0', '<default_entry>1'),
    );
    expect(fault).toBe('');
    expect(cfg).toContain('set timeout="1"\nset default="1"\n');
  });
});

it('is written by the same lines in each template that has one', () => {
  const text = (template: string): string =>
    readFileSync(join(root, `resources/templates/${template}/scripts/boot-menu.sh`), 'utf8');
  expect(text('tiny-linux')).toBe(text('debian-live'));
});
