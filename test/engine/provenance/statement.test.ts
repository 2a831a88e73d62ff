// Statements of real builds: what they list, and when there is none.
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { BUILD_TYPE, builderId } from '../../../src-shared/provenance/build-type';
import { AttestedProject, IM_POP } from '../../support/attested-project';
import { fencesOf, readPage, root } from '../../support/markdown';
import { statementSchema } from '../../support/provenance-schema';

const read = (path: string) => statementSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

it('lists the image, the files of the document, the journal and the documents of sbom, as the example of the manual does', async () => {
  const project = await new AttestedProject().built();
  project.withBills(sha256(project.image));
  const { statement, sha256: sum, origin, bills } = await project.stated();
  expect([origin, sum, bills]).toEqual([
    'clean',
    sha256(project.image),
    ['sample.iso.spdx.json', 'sample.iso.cdx.json'],
  ]);
  const { subject, predicate } = read(statement);
  expect(subject).toEqual([{ name: 'sample.iso', digest: { sha256: sum } }]);
  const digests = predicate.buildDefinition.resolvedDependencies.map(({ name, digest }) => [name, digest?.sha256]);
  for (const name of ['manifest.xml', 'manifest.lock', 'scripts/im-pop', 'scripts/iso', 'scripts/motd'])
    expect(digests).toContainEqual([name, sha256(join(project.folder, name))]);
  for (const { name = '', digest } of predicate.runDetails.byproducts)
    expect(digest?.sha256).toBe(sha256(join(project.area, name.endsWith('.jsonl') ? 'logs' : 'media', name)));
  const example = fencesOf('docs/provenance.md').find(({ language }) => language === 'json')?.text ?? '';
  expect(withoutChance(readFileSync(statement, 'utf8'))).toBe(withoutChance(example));
  expect(statementSchema.safeParse(JSON.parse(example)).error).toBeUndefined();
});

/** Replaces what differs from build to build and from host to host. */
const withoutChance = (text: string): string =>
  text
    .replace(/\b[0-9a-f]{64}\b/g, 'SHA256')
    .replace(/run-[\d-]+(\.[0-9a-f]{16})?/g, 'RUN')
    .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"TIME"')
    .replace(/("(?:containment|node|kernel)": )"[^"]*"/g, '$1"HOST"');

it('has other builders for a resumed image, which lists the kept steps, a proven one, and one that was built through SSH', async () => {
  const project = await new AttestedProject().built();
  const clean = read((await project.stated()).statement);
  expect(clean.predicate.runDetails.builder.id).toBe(builderId('clean', 'local'));
  expect(clean.predicate.runDetails.metadata.slipway_checkpoints).toBeUndefined();

  await project.built('-r', 'iso');
  const { origin, statement } = await project.stated();
  const { builder, metadata } = read(statement).predicate.runDetails;
  expect([origin, builder.id]).toEqual(['resumed', builderId('resumed', 'local')]);
  expect(metadata.slipway_checkpoints).toMatchObject([{ step: 'im-pop', run: expect.stringMatching(/-000001$/) }]);
  expect(metadata.invocationId).toMatch(/^run-[\d-]+-000002\.[0-9a-f]{16}$/);

  expect((await project.run('prove', 'sample.iso', 'manifest.xml')).code).toBe(0);
  const proven = await project.stated();
  expect([proven.origin, proven.builder]).toEqual(['proven', builderId('proven', 'local')]);

  project.env = { ...project.env, SSH_CONNECTION: '192.0.2.1 50000 192.0.2.2 22' };
  await project.built();
  expect(read((await project.stated()).statement).predicate.runDetails.builder.id).toBe(builderId('clean', 'ssh'));
});

it('is the same for the same image, whatever the environment is', async () => {
  const project = await new AttestedProject().built();
  const first = readFileSync((await project.stated()).statement);
  project.env = { ...project.env, TZ: 'Asia/Tokyo', LC_ALL: 'de_DE.UTF-8', HOME: '/nonexistent', SSH_CONNECTION: 'x' };
  expect(readFileSync((await project.stated()).statement).equals(first)).toBe(true);
});

it('has no secret, no home path and no value of a variable', async () => {
  const project = new AttestedProject();
  const home = `${project.folder}-home/anna`;
  onTestFinished(() => rmSync(join(home, '..'), { recursive: true, force: true }));
  const outside = join(home, 'notes');
  project.env = { ...project.env, HOME: home, FLAVOUR: 'hunter2' };
  project.script(
    'im-pop',
    `${IM_POP}
     printf 'path ${outside}\\nurl http://bob:hunter2@127.0.0.1:9/x?token=hunter2\\n' >>"$SLIPWAY_INPUTS"
     echo $FLAVOUR >"$2/flavour"`,
  );
  project.edit((text) =>
    text.replace('</key_value_pairs>', '<pair key="rootpass" value="hunter2"/></key_value_pairs>'),
  );
  mkdirSync(home, { recursive: true });
  writeFileSync(outside, 'notes\n');
  await project.built();
  project.withBills(sha256(project.image));
  const { statement } = await project.stated();
  await project.ok('keygen', project.key);
  await project.ok('sign', '--key', project.key, statement);
  const text = readFileSync(statement, 'utf8');
  const names = read(statement).predicate.buildDefinition.resolvedDependencies.map(({ name, uri }) => name ?? uri);
  expect(names).toEqual(
    expect.arrayContaining(['http://127.0.0.1:9/x', 'https://archive.example.org/debian/dists/bookworm', '~/notes']),
  );
  expect(text).toContain('"FLAVOUR"');
  const envelope = readFileSync(statement.replace('.statement.json', '.intoto.jsonl'), 'utf8');
  for (const secret of ['hunter2', 'secret', 'bob', homedir(), project.area, 'anna', 'PRIVATE KEY'])
    for (const document of [text, envelope]) expect(document).not.toContain(secret);
});

it('is refused when a script, an input, the image or a document of sbom is not that of the build', async () => {
  const project = await new AttestedProject().built();
  const refused = async (): Promise<string> => {
    const { code, stderr } = await project.run('statement', 'manifest.xml', 'sample.iso');
    expect(code).toBe(1);
    return stderr;
  };
  const script = readFileSync(join(project.folder, 'scripts/iso'), 'utf8');
  appendFileSync(join(project.folder, 'scripts/iso'), '# later\n');
  expect(await refused()).toMatch(/not built from the present files: `iso`: its script .* was edited/);
  writeFileSync(join(project.folder, 'scripts/iso'), script);
  project.file('scripts/motd', 'Goodbye\n');
  expect(await refused()).toContain('motd');
  project.file('scripts/motd', 'Welcome\n');
  await project.stated();
  project.withBills('00'.repeat(32));
  expect(await refused()).toContain('is not of the present sample.iso');
  project.withBills(sha256(project.image));
  const later = Date.now() / 1000 + 3600;
  utimesSync(project.image, later, later);
  expect(await refused()).toContain('the file has changed since the build');
  const { code, stderr } = await project.run('statement', 'manifest.xml', 'absent.iso');
  expect([code, stderr]).toEqual([1, expect.stringContaining('There is no absent.iso')]);
});

it('reports whether the envelope beside it has this statement', async () => {
  const project = await new AttestedProject().built();
  const { statement, signed } = await project.stated();
  expect(signed).toBeUndefined();
  await project.ok('keygen', project.key);
  await project.ok('sign', '--key', project.key, statement);
  expect((await project.stated()).signed).toBe(true);
  await project.built();
  expect((await project.stated()).signed).toBe(false);
  const { stdout } = await project.ok('statement', 'manifest.xml', 'sample.iso');
  expect(stdout).toContain('The signature beside it is of another statement: sign this one.');
});

it('names a page of the manual as its build type, with a heading for each builder', () => {
  const { homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { homepage: string };
  const page = readPage(`${BUILD_TYPE.slice(homepage.length + 1)}.md`);
  const headings = [...page.matchAll(/^### (.*)$/gm)].map(([, text = '']) => text.toLowerCase().replaceAll(' ', '-'));
  for (const origin of ['clean', 'resumed', 'proven'] as const)
    for (const place of ['local', 'ssh'] as const)
      expect(headings).toContain(builderId(origin, place).slice(BUILD_TYPE.length + 1));
});
