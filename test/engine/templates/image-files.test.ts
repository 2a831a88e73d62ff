// What the steps of debian-live put into an image, and what they keep out of it.
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runTool } from '../../support/run-tool';
import { TemplateSteps, whyNoTemplateSteps } from '../../support/template-step';

/** The root file system that post-mod packs, unpacked. */
async function packed(tree: string): Promise<{ root: string; has(path: string): boolean; text(path: string): string }> {
  const project = await new TemplateSteps(['post-mod'], tree).made();
  const root = join(project.folder, 'unpacked');
  runTool('unsquashfs', '-no-progress', '-quiet', '-d', root, join(project.image, 'live/filesystem.squashfs'));
  const has = (path: string): boolean => lstatSync(join(root, path), { throwIfNoEntry: false }) !== undefined;
  return { root, has, text: (path) => readFileSync(join(root, path), 'utf8') };
}

/** Shell lines that make files with their folders. */
const files = (...paths: readonly string[]): string =>
  paths.map((path) => `mkdir -p "$(dirname ${path})"; echo secret >${path}\n`).join('');

describe.skipIf(whyNoTemplateSteps)('the packed image', () => {
  it('has no secret, name or address that another machine would share', async () => {
    const shared = [
      ...['etc/ssh/ssh_host_ed25519_key', 'etc/ssh/ssh_host_rsa_key.pub', 'etc/dropbear/dropbear_rsa_host_key'],
      ...['etc/ssl/private/ssl-cert-snakeoil.key', 'etc/ssl/certs/ssl-cert-snakeoil.pem', 'etc/munge/munge.key'],
      ...['etc/iscsi/initiatorname.iscsi', 'etc/nvme/hostnqn', 'etc/bind/rndc.key', 'var/lib/dbus/machine-id'],
      ...['var/lib/systemd/random-seed', 'var/lib/systemd/credential.secret', 'var/lib/dhcp/dhclient.eth0.leases'],
    ];
    const tree = `${files(...shared, 'etc/ssh/sshd_config', 'etc/ssl/private/own.key', 'etc/machine-id')}
      ln -s ssl-cert-snakeoil.pem etc/ssl/certs/9f0b1c2d.0
      echo 'MY_HOSTID="0123456789abcdef"' >etc/popularity-contest.conf`;
    const { has, text } = await packed(tree);
    expect([...shared, 'etc/ssl/certs/9f0b1c2d.0'].filter(has)).toEqual([]);
    expect(text('etc/machine-id')).toBe('');
    expect(text('etc/popularity-contest.conf')).toBe('MY_HOSTID=""\n');
    expect(['etc/ssh/sshd_config', 'etc/ssl/private/own.key'].map(text)).toEqual(['secret\n', 'secret\n']);
  });

  it('has no name server, log, cache or history of the build', async () => {
    const left = ['var/log/dpkg.log', 'var/log/apt/term.log', 'var/cache/apt/pkgcache.bin', 'root/.bash_history'];
    const logs = ['var/log/wtmp', 'var/log/mysql/error.log'];
    const { has, text } = await packed(
      files('etc/resolv.conf', 'etc/passwd-', 'var/lib/apt/lists/deb', ...left, ...logs),
    );
    expect(['etc/passwd-', 'var/lib/apt/lists/deb', ...left].filter(has)).toEqual([]);
    expect(['etc/resolv.conf', ...logs].map(text)).toEqual(['', '', '']);
  });

  it('uses the name server of systemd-resolved, where that is in the image', async () => {
    const resolved = 'mkdir -p usr/lib/systemd; touch usr/lib/systemd/systemd-resolved; chmod +x usr/lib/systemd/*\n';
    const { root } = await packed(files('etc/resolv.conf') + resolved);
    expect(readlinkSync(join(root, 'etc/resolv.conf'))).toBe('../run/systemd/resolve/stub-resolv.conf');
  });

  it('is cleaned without following links out of the build', async () => {
    const project = new TemplateSteps(
      ['post-mod'],
      'mkdir -p var\nln -s "$OUTSIDE" etc/ssh\nln -s "$OUTSIDE" var/log\n',
    );
    const outside = join(project.folder, 'outside');
    runTool('mkdir', outside);
    project.file('outside/ssh_host_rsa_key', 'key of this computer');
    project.file('outside/dpkg.log', 'log of this computer');
    project.file(
      'scripts/tree',
      readFileSync(join(project.folder, 'scripts/tree'), 'utf8').replaceAll('$OUTSIDE', outside),
    );
    await project.made();
    expect(readdirSync(outside)).toEqual(['dpkg.log', 'ssh_host_rsa_key']);
    expect(readFileSync(join(outside, 'dpkg.log'), 'utf8')).toBe('log of this computer');
  });
});

describe.skipIf(whyNoTemplateSteps)('the boot archive', () => {
  /** The name in the boot archive, and that on the medium. */
  const namesOf = async (tree: string): Promise<string[]> => {
    const project = await new TemplateSteps(['post-mod', 'br-arch', 'grub-setup'], tree).made();
    const unpack = `zstd -dcq "$1" | cpio --quiet --to-stdout --extract conf/uuid.conf 2>/dev/null`;
    const inside = runTool('sh', '-c', unpack, 'sh', join(project.image, 'live/initrd'));
    return [inside.trim(), project.content('.disk/live-uuid')?.trim() ?? ''];
  };

  it('starts only the medium that it was made for', async () => {
    const [inside, onMedium] = await namesOf('');
    expect(inside).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(onMedium).toBe(inside);
  });

  it('has another name after any change of the image, and the same name without one', async () => {
    const names = await Promise.all(['', '', 'echo other >usr/bin/tool\n', 'echo other >"$4/init"\n'].map(namesOf));
    const [first, again, ofImage, ofArchive] = names.map(([inside]) => inside);
    expect(again).toBe(first);
    expect(new Set([first, ofImage, ofArchive]).size).toBe(3);
  });

  it('is named before the file of its name is in it', async () => {
    const project = new TemplateSteps(['post-mod', 'br-arch']);
    mkdirSync(join(project.folder, 'bin'));
    const cpio = runTool('which', 'cpio').trim();
    const recording = `#!/bin/sh\nlist=$(mktemp -p '${project.folder}' list.$(date +%s%N).XXXXXX)\ncat >"$list"\nexec ${cpio} "$@" <"$list"\n`;
    writeFileSync(join(project.folder, 'bin/cpio'), recording, { mode: 0o755 });
    project.env = { ...project.env, PATH: [join(project.folder, 'bin'), project.env.PATH].join(delimiter) };
    await project.made();
    const lists = readdirSync(project.folder).filter((name) => name.startsWith('list.'));
    const named = lists
      .sort()
      .map((name) => /^\.\/conf\/uuid\.conf$/m.test(readFileSync(join(project.folder, name), 'utf8')));
    expect(named).toEqual([false, true]);
  });

  it('has no host keys', async () => {
    const tree = 'mkdir -p "$4/etc/dropbear"; echo key >"$4/etc/dropbear/dropbear_rsa_host_key"\n';
    const project = await new TemplateSteps(['br-arch'], tree).made();
    const list = runTool('sh', '-c', 'zstd -dcq "$1" | cpio --quiet -t', 'sh', join(project.image, 'live/initrd'));
    expect(list).not.toContain('host_key');
  });
});

describe.skipIf(whyNoTemplateSteps)('the step hygiene', () => {
  const STEPS = ['post-mod', 'br-arch', 'grub-setup', 'iso', 'hygiene'];

  it('lets a clean image pass', async () => {
    const { code, stderr } = await new TemplateSteps(STEPS, files('etc/ssh/ssh_host_rsa_key')).build();
    expect(stderr).toContain('debian-live.iso: Clean: ');
    expect(code).toBe(0);
  });

  it('ends the build when an image has a private key, and accepts it by its path', async () => {
    const key = "mkdir -p etc/own\nprintf -- '-----BEGIN PRIVATE KEY-----\\n' >etc/own/server.key\n";
    const project = new TemplateSteps(STEPS, key);
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toContain('live/filesystem.squashfs: etc/own/server.key: It is a private key');
    project.edit((text) => text.replace('key="hygiene_accept" value=""', 'key="hygiene_accept" value="etc/own/*"'));
    expect((await project.build()).code).toBe(0);
  });
});
