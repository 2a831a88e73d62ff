// `verify` on published images: what it compares, what it names, and its exit statuses.
import { createPublicKey } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { verifyImage } from '../../../src-engine/provenance/verify';
import { AttestedProject, differentParts } from '../../support/attested-project';
import { Random } from '../../support/random';

const SEED = Number(process.env.SLIPWAY_SEED ?? 21);
const CHANGES = 500;

/** The files of a published image by their parts. */
const FILES = {
  image: 'sample.iso',
  manifest: 'manifest.xml',
  script: 'scripts/iso',
  lock: 'manifest.lock',
  sbom: 'sample.iso.spdx.json',
  statement: 'sample.iso.intoto.jsonl',
} as const;
const PARTS = Object.keys(FILES) as (keyof typeof FILES)[];

it('exits with 0 when nothing is different, and counts what is not beside the image', async () => {
  const project = new AttestedProject();
  const folder = await project.published();
  const { code, answer } = await project.verified(folder);
  expect([code, answer?.equal]).toEqual([0, true]);
  const parts = answer?.images[0]?.parts ?? [];
  expect(parts.filter(({ state }) => state === 'absent').map(({ part }) => part)).toEqual(['journal']);
  expect(new Set(parts.filter(({ state }) => state === 'equal').map(({ part }) => part))).toEqual(
    new Set([...PARTS, 'input']),
  );
  rmSync(join(folder, 'manifest.xml'));
  const image = join(folder, 'sample.iso');
  const { stdout } = await project.ok('verify', '--key', project.key.replace('.pem', '.pub.pem'), image);
  expect(stdout).toMatch(/ 0 different, 2 not beside the image\n {2}built by .*#builder-clean-local\n$/);
});

it(`${CHANGES} one-byte changes at random offsets (seed ${SEED}) are each found, with the part that was changed`, async () => {
  const project = new AttestedProject();
  const folder = await project.published();
  const keys = [createPublicKey(readFileSync(project.key.replace('.pem', '.pub.pem')))];
  const random = new Random(SEED);
  const missed: string[] = [];
  const counts = new Map<string, number>();
  for (let at = 0; at < CHANGES; at++) {
    const part = PARTS[at % PARTS.length] ?? 'image';
    const path = join(folder, FILES[part]);
    const bytes = readFileSync(path);
    const changed = Buffer.from(bytes);
    const offset = random.below(bytes.length);
    changed.writeUInt8(changed.readUInt8(offset) ^ (1 + random.below(255)), offset);
    writeFileSync(path, changed);
    const images = [await verifyImage(join(folder, 'sample.iso'), { keys })];
    const found = differentParts({ answer: { equal: false, images } });
    if (found.join() !== part) missed.push(`${part} at ${offset}: ${found.join()}`);
    writeFileSync(path, bytes);
    counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  expect(missed).toEqual([]);
  expect([...counts.values()].every((count) => count >= 50)).toBe(true);
  expect(differentParts(await project.verified(folder))).toEqual([]);
});

it.each(PARTS)('exits with 1 and names the part when the %s is different', async (part) => {
  const project = new AttestedProject();
  const folder = await project.published();
  appendFileSync(join(folder, FILES[part]), ' ');
  const verified = await project.verified(folder);
  expect([verified.code, differentParts(verified)]).toEqual([1, [part]]);
  const { code, stdout } = await project.run(
    ...['verify', '--key', project.key.replace('.pem', '.pub.pem'), join(folder, 'sample.iso')],
  );
  expect([code, stdout]).toEqual([1, expect.stringContaining(`  ${part} ${FILES[part]}: different: `)]);
});

it('exits with 2 for every other error', async () => {
  const project = new AttestedProject();
  const folder = await project.published();
  const [image, key] = [join(folder, 'sample.iso'), project.key.replace('.pem', '.pub.pem')];
  const fails = async (text: string | RegExp, ...args: string[]): Promise<void> => {
    const { code, stdout, stderr } = await project.run('verify', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(text);
  };
  await fails('An argument of verify is missing', '--key', key);
  await fails('Unknown option', '--wrong', image);
  await fails('uses no key', '--unsigned', '--key', key, image);
  await fails('There is no', '--key', key, join(folder, 'absent.iso'));
  await fails('There is no statement', '--key', key, join(folder, 'manifest.xml'));
  await fails('There is no key', image);
  await fails('is a private key', '--key', project.key, image);
  await fails('is not a key', '--key', join(folder, 'manifest.xml'), image);
  await fails('There is no', '--key', key, '--manifest', join(folder, 'absent.xml'), image);
  rmSync(join(folder, basename(FILES.statement)));
  await fails('is not signed', '--key', key, image);
  const { code, stdout } = await project.run('verify', '--json', '--key', key, image);
  expect([code, JSON.parse(stdout)]).toMatchObject([2, { failed: true, error: { code: 'missing' } }]);
});

it('refuses a statement that another key has signed, also when it names the trusted key', async () => {
  const project = new AttestedProject();
  const folder = await project.published();
  const other = join(project.folder, 'other.pem');
  await project.ok('keygen', other);
  const trusted = readFileSync(join(folder, FILES.statement), 'utf8');
  await project.ok('sign', '--key', other, join(folder, 'sample.iso.statement.json'));
  const first = await project.verified(folder);
  expect(first.answer?.images[0]?.parts).toMatchObject([
    { part: 'statement', reason: expect.stringContaining('another key') },
  ]);
  const idOf = (text: string): string => /"keyid":"([0-9a-f]*)"/.exec(text)?.[1] ?? '';
  const forged = readFileSync(join(folder, FILES.statement), 'utf8');
  writeFileSync(join(folder, FILES.statement), forged.replace(idOf(forged), idOf(trusted)));
  const second = await project.verified(folder);
  expect(second.answer?.images[0]?.parts).toMatchObject([{ part: 'statement', reason: 'its signature is wrong' }]);
  expect(second.code).toBe(1);
});

it('compares with a statement that is not signed only when asked to, and with the manifest of another folder', async () => {
  const project = new AttestedProject();
  const folder = await project.published();
  rmSync(join(folder, FILES.statement));
  expect((await project.verified(folder, '--unsigned')).code).toBe(0);
  for (const name of ['manifest.xml', 'manifest.lock', 'scripts']) rmSync(join(folder, name), { recursive: true });
  expect((await project.verified(folder, '--unsigned')).code).toBe(0);
  project.file('scripts/motd', 'Goodbye\n');
  const verified = await project.verified(folder, '--unsigned', '--manifest', join(project.folder, 'manifest.xml'));
  expect([verified.code, differentParts(verified)]).toEqual([1, ['input']]);
});

it('opens envelopes in URL-safe base64, and several images at once', async () => {
  const project = new AttestedProject();
  const folder = await project.published();
  const path = join(folder, FILES.statement);
  const envelope = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    envelope.replace(/"(payload|sig)":"[^"]*"/g, (text) => text.replaceAll('+', '-').replace(/\/(?=[^"]*"$)/g, '_')),
  );
  expect((await project.verified(folder)).code).toBe(0);
  const { code, answer } = await project.verified(folder, join(folder, 'sample.iso'));
  expect([code, answer?.images.length]).toEqual([0, 2]);
});
