// The two templates, built by the real engine and booted in real (emulated) machines until they ask for a login.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sizesOf } from '../../src-shared/packages/costs';
import type { InstalledAnswer, ResolveAnswer } from '../../src-shared/engine-answers/packages';
import type { BootEvent } from '../../src-shared/engine-answers/media';
import { uefiFirmware } from '../../src-engine/boot-test/firmware';
import { lacksTool } from '../support/run-tool';
import { onlyInFull } from '../support/full';
import { PACKAGE_CACHE } from '../support/package-cache';
import { btrfsFolder, hasBtrfs } from '../support/temp-btrfs';
import { bootImage, whyNoBoot, type BootRequest } from '../support/qemu';

const root = join(import.meta.dirname, '../..');
const isRoot = process.getuid?.() === 0;

/** The account `nobody`, where the tests run as root: the engine needs no root here. */
const NOBODY = 65534;

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A build area outside the project: its name in the manifest, and its path. */
interface Place {
  readonly buildArea: string;
  readonly path: string;
}

/** A copy of a template with its build area beside it, in a folder that an ordinary user can reach. */
class TemplateProject {
  readonly base = mkdtempSync(join(tmpdir(), 'slipway-template-'));
  readonly folder = join(this.base, 'project');
  readonly manifest = join(this.folder, 'manifest.xml');
  /** The path of the build area. */
  readonly area: string;

  constructor(
    readonly name: string,
    readonly user: 'ordinary' | 'own',
    place?: Place,
  ) {
    const inside = join(this.base, 'area');
    this.area = place?.path ?? inside;
    cpSync(join(root, 'resources/templates', name), this.folder, { recursive: true });
    this.edit((text) => text.replace(/(<build_area>)[^<]*/, `$1${place?.buildArea ?? inside}`));
    const bin = join(this.base, 'bin');
    mkdirSync(bin);
    for (const command of ['distro_const', 'ManifestRead']) {
      copyFileSync(join(root, `out/engine/${command}.cjs`), join(bin, command));
      chmodSync(join(bin, command), 0o755);
    }
    if (!this.#asOrdinary()) return;
    copyFileSync(process.execPath, join(bin, 'node')); // only root may be able to read root's Node
    mkdirSync(join(this.base, 'home'));
    chmodSync(this.base, 0o755);
    for (const path of [this.base, ...readdirSync(this.base, { recursive: true, encoding: 'utf8' })])
      chownSync(join(this.base, path === this.base ? '' : path), NOBODY, NOBODY);
  }

  #asOrdinary(): boolean {
    return this.user === 'ordinary' && isRoot;
  }

  edit(change: (text: string) => string): void {
    writeFileSync(this.manifest, change(readFileSync(this.manifest, 'utf8')));
  }

  /** Runs `distro_const build OPTIONS manifest.xml` in the project's folder. */
  build(...options: string[]): Ran {
    return this.run('build', ...options, 'manifest.xml');
  }

  /** Runs a subcommand in the project's folder. `--json` documents are in `stdout`. */
  run(...subcommand: string[]): Ran {
    const argv = ['distro_const', ...subcommand];
    const path = [join(this.base, 'bin'), process.env.PATH].join(delimiter);
    const [command = '', ...args] = this.#asOrdinary()
      ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...argv]
      : argv;
    const home = this.#asOrdinary()
      ? { HOME: join(this.base, 'home'), XDG_CACHE_HOME: undefined }
      : { XDG_CACHE_HOME: PACKAGE_CACHE };
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd: this.folder,
      env: { ...process.env, ...home, PATH: path },
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    return { code: status, stdout, stderr };
  }

  medium(suffix: 'iso' | 'usb'): string {
    return join(this.area, `media/${this.name}.${suffix}`);
  }

  /** Boots a finished medium. */
  boot(suffix: 'iso' | 'usb', options: Pick<BootRequest, 'firmware' | 'until'>) {
    const medium = suffix === 'iso' ? 'cdrom' : 'usb';
    return bootImage({ image: this.medium(suffix), medium, timeoutSeconds: 300, ...options });
  }

  dispose(): void {
    rmSync(this.base, { recursive: true, force: true });
  }
}

/** The message, then the prompt: the system reports its start before a login is possible. */
const ready = (name: string) => new RegExp(`${name.toUpperCase()}-READY name=${name} kernel=\\d[\\s\\S]*login: `);

const whyNotTiny = whyNoBoot() ?? lacksTool('apt-get', 'cpio', 'grub-mkimage', 'mcopy', 'xorriso');
const whyNotDebian =
  onlyInFull ?? whyNotTiny ?? (isRoot ? lacksTool('mmdebstrap', 'mksquashfs', 'unshare') : 'needs root');
const titled = (title: string, why: string | undefined) => (why ? `${title} (${why})` : title);

describe.skipIf(whyNotTiny)(titled('tiny-linux, built by an ordinary user', whyNotTiny), () => {
  let project: TemplateProject;
  let built: Ran;

  beforeAll(() => {
    project = new TemplateProject('tiny-linux', 'ordinary');
    built = project.build();
  });
  afterAll(() => project.dispose());

  it('An ordinary user builds tiny-linux.', () => {
    expect(built.stderr).toContain('Build is successful.');
    expect(built.code).toBe(0);
    if (isRoot) expect(statSync(project.medium('iso')).uid).toBe(NOBODY);
  });

  it.for([
    ['bios', undefined],
    ['uefi', onlyInFull],
  ] as const)('The image of tiny-linux boots to a login prompt with %s.', async ([firmware, why], { skip }) => {
    if (why !== undefined) skip(why);
    const boot = await project.boot('iso', { firmware, until: ready('tiny-linux') });
    expect(boot.verdict, boot.serial).toBe('booted');
  });

  it.skipIf(onlyInFull)(titled('The image of tiny-linux passes the boot test of the engine', onlyInFull), () => {
    const args = ['boot-test', '--json', 'manifest.xml', 'tiny-linux.iso'];
    const program = join(root, 'out/engine/distro_const.cjs');
    const { status, stdout } = spawnSync(process.execPath, [program, ...args], {
      cwd: project.folder,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as BootEvent);
    expect(events.at(-1)).toMatchObject({ verdict: 'booted', reason: expect.stringContaining('TINY-LINUX-READY') });
    expect(status).toBe(0);
  });

  it('A second build of tiny-linux gives the same bytes.', () => {
    const first = readFileSync(project.medium('iso'));
    expect(project.build().code).toBe(0);
    expect(readFileSync(project.medium('iso')).equals(first)).toBe(true);
  });

  it.skipIf(onlyInFull)(
    titled('An edited boot menu is in the image after a resume at grub-setup, without an earlier step', onlyInFull),
    async () => {
      project.edit((text) => text.replace('<title>Tiny Linux</title>', '<title>Renamed Linux</title>'));
      const { code, stderr } = project.build('-r', 'grub-setup');
      expect(code, stderr).toBe(0);
      expect(stderr.match(/^==== \S+:/gm)).toEqual(['==== grub-setup:', '==== iso:']);
      const boot = await project.boot('iso', { firmware: 'bios', until: /Booting `Renamed Linux[\s\S]*login: / });
      expect(boot.verdict, boot.serial).toBe('booted');
    },
  );
});

describe.skipIf(whyNotDebian)(titled('debian-live', whyNotDebian), () => {
  let project: TemplateProject;
  let built: Ran;

  beforeAll(() => {
    project = new TemplateProject('debian-live', 'own');
    built = project.build();
  });
  afterAll(() => project.dispose());

  it('A build of debian-live leaves nothing mounted.', () => {
    expect(built.stderr).toContain('Build is successful.');
    expect(built.code).toBe(0);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(project.area);
  });

  it('The image of debian-live has the packages that were resolved, name by name and version by version.', () => {
    const compared = JSON.parse(
      project.run('installed', '--json', 'manifest.xml', 'resolved', 'im-mod').stdout,
    ) as object;
    expect(compared).toEqual({ from: 'resolved', to: 'im-mod', added: [], removed: [], changed: [] });
    const { packages } = JSON.parse(project.run('installed', '--json', 'manifest.xml').stdout) as InstalledAnswer;
    expect(packages.length).toBeGreaterThan(100);
  });

  it('Without an entry, exactly the packages that are counted as its cost are missing.', () => {
    const resolve = (): ResolveAnswer =>
      JSON.parse(project.run('resolve', '--json', 'manifest.xml').stdout) as ResolveAnswer;
    const all = resolve();
    const text = readFileSync(project.manifest, 'utf8');
    try {
      for (const { entry, own } of sizesOf(all.packages).costs) {
        project.edit(() => text.replace(`<pkg name="${entry}"/>`, ''));
        const without = new Set(resolve().packages.map(({ name }) => name));
        const gone = all.packages.map(({ name }) => name).filter((name) => !without.has(name));
        expect(gone.sort(), entry).toEqual([...own].sort());
      }
    } finally {
      project.edit(() => text);
    }
  });

  it.for([
    ['bios', 'iso'],
    ['uefi', 'iso'],
    ['uefi', 'usb'],
  ] as const)('debian-live boots to a login prompt with %s from the %s image.', async ([firmware, suffix]) => {
    const boot = await project.boot(suffix, { firmware, until: ready('debian-live') });
    expect(boot.verdict, boot.serial).toBe('booted');
  });

  it.for(['iso', 'usb'] as const)(
    'debian-live with signed loaders starts with Secure Boot from the %s image.',
    async (suffix, { skip }) => {
      const signed = ['/usr/lib/shim/shimx64.efi.signed', '/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed'];
      if (!signed.every((path) => existsSync(path)) || uefiFirmware('secure-boot') === undefined)
        skip('needs shim-signed, grub-efi-amd64-signed and ovmf');
      const text = readFileSync(project.manifest, 'utf8');
      try {
        project.edit((it) => it.replace('key="secure_boot" value="false"', 'key="secure_boot" value="true"'));
        const { code, stderr } = project.build('-r', 'grub-setup');
        expect(code, stderr).toBe(0);
        const until = /DEBIAN-LIVE-READY name=debian-live .* secure-boot=on/;
        const boot = await project.boot(suffix, { firmware: 'secure-boot', until });
        expect(boot.verdict, boot.serial).toBe('booted');
      } finally {
        project.edit(() => text);
      }
    },
  );

  it('Two machines that start from one image have different numbers.', async () => {
    const identity = /DEBIAN-LIVE-READY .* machine=([0-9a-f]{32})/;
    const machines = [];
    for (let machine = 0; machine < 2; machine++)
      machines.push(await project.boot('iso', { firmware: 'bios', until: identity }));
    const numbers = machines.map(({ serial }) => identity.exec(serial)?.[1]);
    expect(numbers).not.toContain(undefined);
    expect(new Set(numbers).size).toBe(2);
  });

  it('An edited boot menu of debian-live needs no new squashfs image.', () => {
    const squashfs = join(project.area, 'build_data/pkg_image/live/filesystem.squashfs');
    expect(existsSync(squashfs)).toBe(true);
    project.edit((text) => text.replace('<title>Debian live</title>', '<title>Renamed</title>'));
    const { code, stderr } = project.build('-r', 'grub-setup');
    expect(code, stderr).toBe(0);
    expect(stderr.match(/^==== \S+:/gm)).toEqual(['==== grub-setup:', '==== iso:', '==== usb:', '==== hygiene:']);
    expect(readFileSync(join(project.area, 'build_data/pkg_image/boot/grub/grub.cfg'), 'utf8')).toContain('"Renamed"');
  });
});

/**
 * File systems whose own snapshots are the checkpoints. The tests above use a plain directory, and build-from-window
 * ZFS.
 */
const fileSystems: [string, boolean, () => Promise<Place & { dispose(): void | Promise<void> }>][] = [
  [
    'btrfs',
    hasBtrfs,
    async () => {
      const folder = await btrfsFolder(6 * 2 ** 30);
      const path = join(folder.path, 'area');
      return { buildArea: path, path, dispose: () => folder.dispose() };
    },
  ],
];

describe.skipIf(whyNotDebian)(titled('debian-live', whyNotDebian), () => {
  describe.each(fileSystems)('on %s', (_kind, available, open) => {
    const why = available ? undefined : 'not available';
    it.skipIf(why)(
      titled('debian-live builds, resumes at the boot menu, and boots to a login prompt', why),
      async () => {
        const place = await open();
        const project = new TemplateProject('debian-live', 'own', place);
        try {
          const built = project.build();
          expect(built.code, built.stderr).toBe(0);
          project.edit((text) => text.replace('<title>Debian live</title>', '<title>Renamed</title>'));
          const resumed = project.build('-r', 'grub-setup');
          expect(resumed.code, resumed.stderr).toBe(0);
          const boot = await project.boot('iso', { firmware: 'bios', until: ready('debian-live') });
          expect(boot.verdict, boot.serial).toBe('booted');
        } finally {
          project.dispose();
          await place.dispose();
        }
      },
    );
  });
});

describe.skipIf(whyNotTiny || !isRoot)('debian-live, tried by an ordinary user', () => {
  it('The first step of debian-live refuses an ordinary user and names what to do.', () => {
    const project = new TemplateProject('debian-live', 'ordinary');
    try {
      const { code, stderr } = project.build();
      expect(code).toBe(1);
      expect(stderr).toContain('im-pop: Run distro_const with sudo, or use the template tiny-linux.');
    } finally {
      project.dispose();
    }
  });
});
