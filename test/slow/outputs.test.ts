// The outputs of the templates besides ISO and USB images, built by the real engine and used as their users would.
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageFormat } from '../../src-engine/boot-test/image-format';
import { onlyInFull } from '../support/full';
import { netboot } from '../support/netboot-machine';
import { runInImage, whyNoContainer } from '../support/oci-container';
import { OutputBuild } from '../support/output-build';
import { bootImage, whyNoBoot } from '../support/qemu';
import { lacksRootOr, lacksTool, runTool } from '../support/run-tool';

const TOOLS = ['apt-get', 'cpio', 'zstd', 'grub-mkimage', 'mcopy', 'xorriso'];
const whyNot = {
  'tiny-linux': lacksTool(...TOOLS),
  'debian-live': onlyInFull ?? lacksRootOr(...TOOLS, 'mmdebstrap', 'mksquashfs', 'unsquashfs'),
};
const DISK_STEPS = ['disk', 'raw', 'qcow2', 'vmdk', 'vhd'];
const whyNoDisk = lacksTool('sfdisk', 'qemu-img', 'mke2fs', 'debugfs');
/** Each kind of file once, and both firmwares. */
const DISKS = [
  ['bios', 'raw'],
  ['uefi', 'qcow2'],
  ['bios', 'vmdk'],
  ['uefi', 'vhd'],
] as const;
const LOADERS = [
  ['bios', 'grub.0'],
  ['bios', 'boot.ipxe'],
  ['uefi', 'grubx64.efi'],
] as const;

/** The message, then the prompt: the system reports its start before a login is possible. */
const readyOf = (template: string): RegExp =>
  new RegExp(`${template.toUpperCase()}-READY name=${template} [\\s\\S]*login: `);

describe.each(['tiny-linux', 'debian-live'] as const)('%s', (template) => {
  const why = whyNot[template];
  const served = mkdtempSync(join(tmpdir(), 'slipway-served-'));
  let project: OutputBuild;

  beforeAll(() => {
    if (why !== undefined) return;
    project = new OutputBuild(template, ['netboot', 'oci', ...(whyNoDisk === undefined ? DISK_STEPS : [])]);
    if (template === 'debian-live')
      project.edit((text) => text.replace('</packages>', '<pkg name="cloud-init"/></packages>'));
    const { code, stderr } = project.build();
    expect(code, stderr).toBe(0);
    runTool('tar', '-xf', project.medium('netboot.tar'), '-C', served);
  });
  afterAll(() => {
    if (why === undefined) project.dispose();
    rmSync(served, { recursive: true, force: true });
  });

  it.for(LOADERS)(
    `${template} starts over the network to a login prompt with %s from %s.`,
    async ([firmware, startFile], { skip }) => {
      const reason = why ?? whyNoBoot() ?? (startFile === 'grub.0' ? undefined : onlyInFull);
      if (reason !== undefined) skip(reason);
      const until = readyOf(template);
      const file = `${template}/${startFile}`;
      const console = await netboot({ served, startFile: file, firmware, until, timeoutSeconds: 600 });
      expect(console).toMatch(until);
    },
  );

  it.for(DISKS)(
    `The disk of ${template} boots to a login prompt with %s from the %s file.`,
    async ([firmware, suffix], { skip }) => {
      const reason = why ?? whyNoDisk ?? whyNoBoot() ?? (suffix === 'raw' ? undefined : onlyInFull);
      if (reason !== undefined) skip(reason);
      const image = project.medium(suffix);
      const until = readyOf(template);
      const request = {
        image,
        format: imageFormat(image),
        firmware,
        medium: 'disk',
        until,
        timeoutSeconds: 600,
      } as const;
      const boot = await bootImage(request);
      expect(boot.verdict, boot.serial).toBe('booted');
    },
  );

  it(`The root file system of ${template} fills a larger drive after the first start.`, async ({ skip }) => {
    const reason =
      why ?? whyNoDisk ?? whyNoBoot() ?? (template === 'tiny-linux' ? 'has its system in memory' : onlyInFull);
    if (reason !== undefined) skip(reason);
    const image = join(served, 'larger.raw');
    runTool('cp', '--sparse=always', project.medium('raw'), image);
    const size = 3 * 2 ** 30;
    truncateSync(image, size);
    const boot = await bootImage({
      ...{ image, firmware: 'bios', medium: 'disk', keepsWrites: true },
      ...{ until: readyOf(template), timeoutSeconds: 600 },
    });
    expect(boot.verdict, boot.serial).toBe('booted');
    // The last writes may be in the journal only. Status 1: e2fsck has replayed it.
    const root = join(served, 'root.img');
    runTool('dd', `if=${image}`, `of=${root}`, 'bs=1M', 'skip=66', 'conv=sparse', 'status=none');
    runTool('sh', '-c', 'e2fsck -fp "$0" || [ $? = 1 ]', root);
    const blocks = Number(/^Block count: +(\d+)/m.exec(runTool('dumpe2fs', '-h', root))?.[1]);
    expect(blocks * 4096).toBeGreaterThan(size - 80 * 2 ** 20);
    rmSync(root);
    rmSync(image);
  });

  it(`cloud-init makes a user on the disk of ${template}.`, async ({ skip }) => {
    const reason = why ?? whyNoDisk ?? whyNoBoot() ?? (template === 'tiny-linux' ? 'has no cloud-init' : undefined);
    if (reason !== undefined) skip(reason);
    const data = join(served, 'seed');
    mkdirSync(data);
    writeFileSync(join(data, 'meta-data'), 'instance-id: one\nlocal-hostname: cloud\n');
    const user =
      '#cloud-config\nusers: [{ name: visitor }]\nruncmd: [\'echo "HAS $(id -un visitor)" >/dev/console\']\n';
    writeFileSync(join(data, 'user-data'), user);
    const seed = join(served, 'seed.iso');
    runTool('xorriso', '-as', 'mkisofs', '-quiet', '-V', 'cidata', '-r', '-J', '-o', seed, data);
    const image = project.medium('qcow2');
    const boot = await bootImage({
      ...{ image, format: imageFormat(image), seed, firmware: 'bios', medium: 'disk' },
      ...{ until: /HAS visitor/, timeoutSeconds: 600 },
    });
    expect(boot.verdict, boot.serial).toBe('booted');
  });

  it(`The OCI image of ${template} runs in a container.`, ({ skip }) => {
    const reason = why ?? whyNoContainer;
    if (reason !== undefined) skip(reason);
    const { status, output } = runInImage(
      project.medium('oci.tar'),
      '/bin/sh',
      '-c',
      '. /etc/os-release; echo "runs $ID"',
    );
    expect(output).toContain(template === 'tiny-linux' ? 'runs tiny-linux' : 'runs debian');
    expect(status).toBe(0);
  });
});
