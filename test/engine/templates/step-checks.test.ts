// What the description of a script refuses is a problem before the build, with a repair.
import { afterEach, describe, expect, it } from 'vitest';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applySplices, type Splice } from '../../../src-shared/manifest/splice';
import { TestProject } from '../../support/engine';
import { stubImageProject } from '../../support/stub-image';

interface Answer {
  readonly problems: readonly {
    readonly code: string;
    readonly severity: string;
    readonly message: string;
    readonly fix?: { readonly label: string; readonly splices: Splice[] };
  }[];
}

let project: TestProject;
afterEach(() => project.dispose());

async function checked(): Promise<Answer['problems']> {
  const { problems } = (await project.json('validate')) as Answer;
  return problems.filter(({ code }) => code === 'step-check');
}

/** Applies the repair of the first problem. */
async function repair(): Promise<string | undefined> {
  const [problem] = await checked();
  project.edit((text) => applySplices(text, problem?.fix?.splices ?? []));
  return problem?.fix?.label;
}

const german = (text: string): string =>
  text.replace('locale="C.UTF-8"', 'locale="de_DE@euro"').replace('>C.UTF-8<', '>C.UTF-8 de_DE@euro<');
const pair = (key: string, value: string) => (text: string) =>
  text.replace('</key_value_pairs>', `<pair key="${key}" value="${value}"/></key_value_pairs>`);

describe('debian-live', () => {
  it('has no such problem as it is', async () => {
    project = stubImageProject('im-mod', { isDescribed: true });
    expect(await checked()).toEqual([]);
  });

  it('needs the character set and the package of a locale, and offers both', async () => {
    project = stubImageProject('im-mod', { edit: german, isDescribed: true });
    expect((await checked()).map(({ message }) => message)).toEqual([
      'The locale `de_DE@euro` has no character set.',
      'The locale `de_DE@euro` has no character set.',
      'The locale `de_DE@euro` needs the package locales.',
    ]);
    expect([await repair(), await repair(), await repair()]).toEqual([
      'Use de_DE.UTF-8@euro',
      'Use de_DE.UTF-8@euro',
      'Add package locales',
    ]);
    expect(await checked()).toEqual([]);
    const text = readFileSync(join(project.folder, 'manifest.xml'), 'utf8');
    expect(text).toContain('>C.UTF-8 de_DE.UTF-8@euro<');
    expect(text).toContain('      <pkg name="locales"/>\n    </packages>');
  });

  it('needs the package of a keyboard, of sudo, and warns of keys without a server', async () => {
    project = stubImageProject('im-mod', {
      isDescribed: true,
      edit: (text) =>
        [pair('keyboard', 'de'), pair('user_jack_sudo', 'nopasswd'), pair('root_keys', 'ssh-ed25519 AAAA')]
          .reduce((at, change) => change(at), text)
          .replace('<pkg name="sudo"/>', ''),
    });
    expect((await checked()).map(({ severity, fix }) => [severity, fix?.label])).toEqual([
      ['error', 'Add package console-setup'],
      ['error', 'Add package sudo'],
      ['warning', 'Add package openssh-server'],
    ]);
  });
});

describe('a build', () => {
  const checks = [{ key: 'size', matches: '[0-9]+', message: 'The size `%` is not a number.' }];

  it('is refused before its first step when a step would refuse a value, and not when the step does not run', async () => {
    project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }], pairs: { size: '4' } });
    writeFileSync(join(project.folder, 'scripts/a.meta.json'), JSON.stringify({ checks }));
    expect((await project.build()).code).toBe(0);
    project.edit((text) => text.replace('value="4"', 'value="large"'));
    const { code, stderr } = await project.build();
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^manifest\.xml:\d+:\d+: error: The size `large` is not/),
    ]);
    expect((await project.build('-r', 'b')).code).toBe(0);
  });

  it('ignores checks that cannot be read', async () => {
    project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }], pairs: { size: 'x' } });
    const wrong = [
      { key: '(', message: 'no' },
      { key: 'size', matches: '(', message: 'no' },
      { key: 'size', except: '(', message: 'no' },
      { key: 'size', except: '(', matches: 3, message: 4 },
      'text',
      null,
    ];
    writeFileSync(join(project.folder, 'scripts/a.meta.json'), JSON.stringify({ checks: wrong }));
    writeFileSync(join(project.folder, 'scripts/b.meta.json'), '{');
    expect((await project.build()).code).toBe(0);
  });
});
