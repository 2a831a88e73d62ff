// Eight variants of debian-live that differ from im-mod on: packages are installed once, and each image is that of the
// clean build of its exported manifest.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { MediaAnswer } from '../../src-shared/engine-answers/media';
import { variantEvent } from '../../src-shared/engine-answers/variants';
import { sha256Of } from '../../src-engine/system/sha256';
import { bin } from '../support/engine';
import { isFull, onlyInFull } from '../support/full';
import { OutputBuild } from '../support/output-build';
import { PACKAGE_CACHE } from '../support/package-cache';
import { lacksTool } from '../support/run-tool';

const lacks =
  onlyInFull ?? (process.getuid?.() === 0 ? lacksTool('apt-get', 'mmdebstrap', 'mksquashfs', 'xorriso') : 'needs root');

const VARIANTS: Readonly<Record<string, string>> = {
  desk: '<set path="img_params/hostname" value="desk"/>',
  en: '',
  fair: '<set path="img_params/hostname" value="fair"/>',
  menu: '<set path="img_params/grub_menu_modifications/title" value="Fair"/>',
  roomy: '<set key="usb_spare_mb" value="128"/>',
  slow: '<set path="img_params/grub_menu_modifications/timeout" value="9"/>',
  small: '<set key="boot_archive_compression" value="9"/>',
  tight: '<set key="usb_spare_mb" value="32"/>',
};

/** The variants that are built from the beginning as well: all with SLIPWAY_CLEAN=8. */
const CLEAN = Object.keys(VARIANTS).slice(0, Number(process.env.SLIPWAY_CLEAN ?? (isFull ? 8 : 2)));

it.skipIf(lacks)(
  `Eight variants of debian-live are built from one installation${lacks === undefined ? '' : ` (${lacks})`}`,
  async () => {
    const document = new OutputBuild('debian-live', []);
    onTestFinished(() => document.dispose());
    mkdirSync(join(document.folder, 'variants'));
    for (const [name, changes] of Object.entries(VARIANTS))
      writeFileSync(join(document.folder, 'variants', `${name}.xml`), `<variant>${changes}</variant>`);
    const run = (...args: string[]): { readonly stdout: string; readonly seconds: number } => {
      const env = {
        ...process.env,
        XDG_CACHE_HOME: PACKAGE_CACHE,
        PATH: [bin, process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter),
      };
      const started = performance.now();
      const { status, stdout, stderr } = spawnSync('distro_const', args, {
        cwd: document.folder,
        env,
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
      });
      expect(status, stderr.slice(-3000)).toBe(0);
      return { stdout, seconds: (performance.now() - started) / 1000 };
    };
    const imagesIn = async (folder: string): Promise<string[]> => {
      const names = readdirSync(folder).filter((name) => /\.(iso|usb)$/.test(name));
      return Promise.all(names.sort().map(async (name) => `${name} ${await sha256Of(join(folder, name))}`));
    };
    const built = run('build', '--variants', '--json', 'manifest.xml');
    const ran = built.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => variantEvent.parse(JSON.parse(line)))
      .flatMap((event) => (event.kind === 'finished' ? event.steps : []));
    const count = (step: string): number => ran.filter((one) => one === step).length;
    expect(['im-pop', 'im-mod', 'post-mod', 'br-arch', 'grub-setup', 'usb'].map(count)).toEqual([1, 3, 3, 4, 6, 8]);
    let clean = 0;
    for (const name of CLEAN) {
      const { folder } = JSON.parse(run('media', '--json', '--line', name, 'manifest.xml').stdout) as MediaAnswer;
      const images = await imagesIn(folder);
      run('export', '--variant', name, '-o', `${name}.xml`, 'manifest.xml');
      clean += run('build', '--fork', `${name}.xml`).seconds;
      expect(await imagesIn(join(document.folder, 'area/media'))).toEqual(images);
      expect(images).toHaveLength(2);
    }
    const whole = (clean / CLEAN.length) * Object.keys(VARIANTS).length;
    process.stdout.write(
      `variants ${built.seconds.toFixed(0)} s; ${CLEAN.length} clean builds ${clean.toFixed(0)} s; ratio to eight ${(built.seconds / whole).toFixed(2)}\n`,
    );
  },
);
