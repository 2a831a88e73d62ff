import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestProject } from '../../support/engine';

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
  project.env = {
    ...project.env,
    LANG: 'C.UTF-8',
    LC_TIME: 'C',
    TZ: 'Europe/Berlin',
    HOME: project.folder,
    USER: 'builder',
    http_proxy: 'http://proxy.example:3128',
    NO_PROXY: 'localhost',
    SOURCE_DATE_EPOCH: '1',
    FLAVOUR: 'caller',
    BRAND: 'caller',
    GIVEN: 'caller',
    SSH_AUTH_SOCK: '/agent',
    GPG_AGENT_INFO: '/agent',
    DBUS_SESSION_BUS_ADDRESS: '/bus',
    API_TOKEN: 'secret',
    AWS_SECRET_ACCESS_KEY: 'secret',
    SUDO_USER: 'someone',
    ELECTRON_RUN_AS_NODE: '1',
    SLIPWAY_CLIENT: 'test',
    UNRELATED: '1',
  };
});
afterEach(() => project.dispose());

/** The variables that a step with this script gets, without those of the test's own shell. */
async function environment(
  body: string,
  options: string[] = [],
  pairs: Record<string, string> = {},
): Promise<Record<string, string>> {
  project.write({ steps: [{ name: 'a', body: `${body}\nenv >"$2/env"` }], pairs });
  expect((await project.build(...options)).code).toBe(0);
  const lines = project.read('build_data/pkg_image/env').split('\n').filter(Boolean);
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

describe('the environment of a step', () => {
  it('is path, locale, time zone, home and user, temporary folder, proxies and the date of files', async () => {
    const names = Object.keys(await environment(':')).filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name));
    const always = [
      'PATH',
      'LANG',
      'LC_TIME',
      'TZ',
      'HOME',
      'USER',
      'TMPDIR',
      'http_proxy',
      'NO_PROXY',
      'SOURCE_DATE_EPOCH',
    ];
    const ours = ['SLIPWAY_INPUTS', 'SLIPWAY_ENGINE', 'SLIPWAY_LOCK', 'SLIPWAY_AREA'];
    expect(names).toEqual(expect.arrayContaining([...always, ...ours]));
    const may = [...always, ...ours, 'LANGUAGE', 'LC_ALL', 'LOGNAME', 'SHELL', 'TERM'];
    expect(names.filter((name) => !may.includes(name) && !name.startsWith('LC_') && !/_proxy$/i.test(name))).toEqual(
      [],
    );
  });

  it('has what the script names, but no agent, no secret and nothing of Slipway', async () => {
    const names =
      '$FLAVOUR $SSH_AUTH_SOCK $API_TOKEN $AWS_SECRET_ACCESS_KEY $SLIPWAY_CLIENT $SUDO_USER $ELECTRON_RUN_AS_NODE';
    const env = await environment(`echo ${names}`);
    expect(env).toMatchObject({ FLAVOUR: 'caller' });
    for (const name of [
      'BRAND',
      'SSH_AUTH_SOCK',
      'API_TOKEN',
      'AWS_SECRET_ACCESS_KEY',
      'SLIPWAY_CLIENT',
      'SUDO_USER',
      'ELECTRON_RUN_AS_NODE',
    ])
      expect(env).not.toHaveProperty(name);
  });

  it('has what --env gives, from the environment or with a value, also an agent', async () => {
    const env = await environment(':', ['--env', 'GIVEN', '--env', 'BRAND=a=b', '--env=SSH_AUTH_SOCK']);
    expect(env).toMatchObject({ GIVEN: 'caller', BRAND: 'a=b', SSH_AUTH_SOCK: '/agent' });
  });

  it("has what the manifest's key `environment` names", async () => {
    expect(await environment(':', [], { environment: 'GIVEN, API_TOKEN' })).toMatchObject({
      GIVEN: 'caller',
      API_TOKEN: 'secret',
    });
  });

  it('does not have the value of a secret in any record', async () => {
    project.env = { ...project.env, API_TOKEN: 'c0ffee-secret-value' };
    project.write({ steps: [{ name: 'a' }, { name: 'b', body: 'exit 1' }], pairs: { environment: 'API_TOKEN' } });
    await project.build();
    const { stdout } = await project.run('support', '--to', 'bundle.tar', 'manifest.xml');
    expect(stdout).not.toContain('c0ffee');
    expect(project.read('.slipway/checkpoints/b.json')).toContain('API_TOKEN');
    expect(project.read('.slipway/checkpoints/b.json')).not.toContain('c0ffee');
  });

  it('refuses an invalid name', async () => {
    project.write({ steps: [{ name: 'a' }] });
    const { code, stderr } = await project.build('--env', '1=secret');
    expect({ code, first: stderr.split('\n')[0] }).toEqual({
      code: 2,
      first: '--env takes NAME or NAME=VALUE, not 1.',
    });
  });
});
