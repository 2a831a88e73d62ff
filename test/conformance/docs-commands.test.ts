// Runs every command of the README and the manual, page by page and in the order of the page, in a folder with a
// manifest that has short steps with the names of tiny-linux. test/e2e/manual.test.ts builds the image itself.
import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { TestProject } from '../support/engine';
import { fencesOf, pages, readPage, root } from '../support/markdown';
import { templateProject } from '../support/template-project';

const SHELLS = ['sh', 'bash', 'shell', 'console'];

/** Blocks that do not run here: where they run instead, or why they cannot run. */
const ELSEWHERE: readonly { readonly page: string; readonly begins: string; readonly reason: string }[] = [
  { page: 'README.md', begins: 'npm start', reason: 'test/e2e/manual.test.ts starts it; `npm test` is what runs this' },
  { page: 'docs/first-image.md', begins: 'npm start', reason: 'test/e2e/manual.test.ts follows the page' },
  { page: 'docs/first-image.md', begins: 'ls -l', reason: 'test/e2e/manual.test.ts follows the page' },
  {
    page: 'docs/command-line.md',
    begins: 'npm run build:engine',
    reason: 'test/support/build-engine.ts, before all tests',
  },
  {
    page: 'docs/packages.md',
    begins: 'distro_const installed',
    reason: 'test/slow/boot-templates.test.ts, on an image with packages',
  },
  { page: 'docs/command-line.md', begins: 'distro_const boot-test', reason: 'test/e2e/manual.test.ts boots the image' },
  { page: 'docs/lock.md', begins: 'distro_const lock', reason: 'test/engine/packages/lock.test.ts' },
  { page: 'docs/lock.md', begins: 'distro_const prune', reason: 'test/engine/packages/lock.test.ts' },
  { page: 'docs/prove.md', begins: 'distro_const release', reason: 'test/engine/provenance/release.test.ts' },
  { page: 'docs/prove.md', begins: 'distro_const prove', reason: 'test/engine/provenance/prove.test.ts' },
  { page: 'docs/outputs.md', begins: 'qemu-img resize', reason: 'test/slow/outputs.test.ts boots a larger disk' },
  { page: 'docs/outputs.md', begins: 'tar -xf', reason: 'test/slow/outputs.test.ts boots from the folder' },
  { page: 'docs/outputs.md', begins: 'podman load', reason: 'test/slow/outputs.test.ts runs the image' },
  { page: 'docs/outputs.md', begins: 'skopeo copy', reason: 'it needs a registry' },
  { page: 'docs/outputs.md', begins: 'distro_const hygiene', reason: 'test/engine/hygiene runs it on images' },
  { page: 'docs/use-image.md', begins: 'sha256sum', reason: 'it needs a copied image' },
  { page: 'docs/use-image.md', begins: 'distro_const boot-test', reason: 'test/slow/outputs.test.ts boots the disks' },
  { page: 'docs/use-image.md', begins: 'distro_const sbom', reason: 'test/engine/sbom runs it on images' },
  { page: 'docs/use-image.md', begins: 'distro_const disks', reason: 'test/engine/disks runs both on loop devices' },
  { page: 'docs/provenance.md', begins: 'distro_const', reason: 'test/engine/provenance runs them on an image' },
  { page: 'docs/provenance.md', begins: 'sed', reason: 'test/engine/provenance/signature.test.ts' },
  { page: 'docs/use-image.md', begins: 'sudo dd', reason: 'it needs a stick' },
];

/** A shell in a checkpoint of a plain folder needs rights that an ordinary user may not have in a chroot. */
const hasNameSpaces =
  process.getuid?.() === 0 || spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status === 0;

/** Commands with another status than 0 where the tests run, and the reasons. */
const STATUS: Readonly<Record<string, { readonly is: readonly number[]; readonly because: string }>> = {
  'distro_const cancel manifest.xml\n': { is: [1], because: 'no build runs' },
  'distro_const search manifest.xml network manager\ndistro_const show manifest.xml nano\ndistro_const resolve manifest.xml\ndistro_const catalogue --refresh manifest.xml\n':
    { is: [0, 1], because: 'it asks the real repositories: there may be no network' },
  'distro_const diff manifest.xml br-arch grub-setup\ndistro_const ls manifest.xml grub-setup pkg_image\ndistro_const cat manifest.xml grub-setup pkg_image/etc/hostname\ndistro_const shell manifest.xml grub-setup\n':
    {
      is: [hasNameSpaces ? 0 : 1],
      because: 'a shell that cannot be kept from writing is refused',
    },
  'distro_const doctor manifest.xml\n': {
    is: [0, 1],
    because: 'it asks the real repositories: there may be no network',
  },
};

let project: TestProject;
afterEach(() => project?.dispose());

const blocksOf = (page: string): string[] =>
  fencesOf(page).flatMap(({ language, text }) => (SHELLS.includes(language) ? [text] : []));
const elsewhere = (page: string, block: string) =>
  ELSEWHERE.find((one) => one.page === page && block.startsWith(one.begins));

it.each(pages.filter((page) => blocksOf(page).some((block) => !elsewhere(page, block))))(
  'The commands of %s run as the page describes.',
  async (page) => {
    project = sample(page);
    // Pages that begin with the status of a build need a finished build.
    if (['docs/timeline.md', 'docs/recover.md', 'docs/stale-checkpoints.md'].includes(page))
      expect((await project.build()).code).toBe(0);
    for (const block of blocksOf(page)) {
      if (elsewhere(page, block)) continue;
      const { status, output } = await runInShell(block);
      expect(STATUS[block]?.is ?? [0], `${block}\n${output}`).toContain(status);
    }
  },
);

it('Each file that a document names exists.', () => {
  const unused = ELSEWHERE.filter(({ page, begins }) => !blocksOf(page).some((block) => block.startsWith(begins)));
  const blocks = pages.flatMap(blocksOf);
  expect([unused, Object.keys(STATUS).filter((block) => !blocks.includes(block))]).toEqual([[], []]);
  expect(pages.flatMap(fencesOf).filter(({ text }) => /^(npm|distro_const) /m.test(text)).length).toBeGreaterThan(10);
});

it('Every npm script that a document names exists.', () => {
  const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> };
  const named = pages.flatMap((page) => [...readPage(page).matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name));
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

/** The template's manifest with short steps, and the other files that a page assumes. */
function sample(page: string): TestProject {
  const made = templateProject({
    'im-mod': 'mkdir -p "$2/etc"; echo tinylinux >"$2/etc/hostname"',
    iso: 'echo image >"$5/tiny-linux.iso"',
  });
  // A manifest of another author, and the edit that a page makes in ours.
  copyFileSync(join(root, 'test/fixtures/manifests/layout-b.xml'), join(made.folder, 'slim_cd_x86.xml'));
  const script = fencesOf(page).find(({ language, text }) => language === 'xml' && /^\s*<script/.test(text))?.text;
  const behind = '        <script name="scripts/br-init">';
  if (script !== undefined) made.edit((text) => text.replace(behind, script + behind));
  return made;
}

function runInShell(block: string): Promise<{ status: unknown; output: string }> {
  return new Promise((resolve) => {
    const options = { cwd: project.folder, env: project.env };
    const child = execFile('sh', ['-ec', block], options, (error, stdout, stderr) =>
      resolve({ status: error ? error.code : 0, output: stdout + stderr }),
    );
    child.stdin?.end();
  });
}
