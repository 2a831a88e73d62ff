// The template tiny-linux: two builds that differ in all surroundings at once, and resumed builds, have the same bytes.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaAnswer } from '../../src-shared/engine-answers/media';
import { proveAnswer } from '../../src-shared/engine-answers/prove';
import { lacksRootOr } from '../support/run-tool';
import { OutputBuild } from '../support/output-build';
import { finished, TestProject, type Ran } from '../support/engine';
import { PACKAGE_CACHE } from '../support/package-cache';

const whyNot = lacksRootOr('apt-get', 'cpio', 'grub-mkimage', 'mcopy', 'xorriso', 'unshare', 'taskset');
const STEPS = ['im-pop', 'im-mod', 'br-init', 'br-config', 'br-arch', 'grub-setup', 'iso'];

/** What differs between two builds. */
interface Surroundings {
  readonly folder: string;
  readonly hostName: string;
  readonly timeZone: string;
  readonly locale: string;
  readonly umask: string;
  readonly processors: string;
  readonly user: string;
}

const ONE: Surroundings = {
  folder: 'area',
  hostName: 'one-host',
  timeZone: 'UTC',
  locale: 'C',
  umask: '022',
  processors: '0',
  user: 'root',
};
const OTHER: Surroundings = {
  folder: 'a-much-longer/path-of/the-build-area',
  hostName: 'another-host.example',
  timeZone: 'XXX-13:45',
  locale: 'C.UTF-8',
  umask: '077',
  processors: availableParallelism() > 1 ? '0,1' : '0',
  user: 'another-user',
};

/** The template in a folder of its own, with the commands of the engine. */
class Template extends TestProject {
  readonly #in: Surroundings;

  constructor(surroundings: Surroundings) {
    super();
    this.#in = surroundings;
    const { timeZone, locale, user, folder } = surroundings;
    this.area = join(this.folder, folder);
    mkdirSync(this.area, { recursive: true });
    const copy = new OutputBuild('tiny-linux', []);
    copies.push(copy);
    cpSync(copy.folder, this.folder, { recursive: true });
    this.edit((text) => text.replace(/(<build_area>)[^<]*/, `$1${this.area}`));
    this.env = {
      ...this.env,
      XDG_CACHE_HOME: PACKAGE_CACHE,
      TZ: timeZone,
      LC_ALL: locale,
      USER: user,
      LOGNAME: user,
      HOME: this.folder,
    };
  }

  command(...args: string[]): Promise<Ran> {
    const { hostName, umask, processors } = this.#in;
    const script = 'hostname "$1" && umask "$2" && shift 2 && exec taskset -c "$@"';
    const argv = ['unshare', '--uts', 'sh', '-c', script, 'sh', hostName, umask, processors, 'distro_const', ...args];
    return finished(this.spawn(argv));
  }

  async succeeds(...args: string[]): Promise<void> {
    const { code, stderr } = await this.command(...args);
    if (code !== 0) throw new Error(stderr.slice(-4000));
  }

  get sha256(): string {
    return createHash('sha256')
      .update(readFileSync(join(this.area, 'media/tiny-linux.iso')))
      .digest('hex');
  }
}

const copies: OutputBuild[] = [];

describe.skipIf(whyNot)(`tiny-linux is reproducible${whyNot === undefined ? '' : ` (${whyNot})`}`, () => {
  let one: Template;
  let other: Template;
  beforeAll(async () => {
    one = new Template(ONE);
    other = new Template(OTHER);
    await one.succeeds('build', 'manifest.xml');
    await other.succeeds('build', 'manifest.xml');
  }, 600_000);
  afterAll(() => {
    for (const project of [one, other]) project.dispose();
    for (const copy of copies) copy.dispose();
  });

  it('has the same SHA-256 in all these surroundings at once', () => {
    const variations = Object.entries(ONE).map(([key, value]) => [key, value, OTHER[key as keyof Surroundings]]);
    console.log(variations.map(([key, a, b]) => `${key}: ${a} | ${b}`).join('\n'));
    expect(other.sha256).toBe(one.sha256);
  });

  it('has the same SHA-256 when it is resumed from each step, and is then proven', async () => {
    const clean = one.sha256;
    for (const step of STEPS.slice(1)) {
      await other.succeeds('build', '-r', step, 'manifest.xml');
      expect([step, other.sha256]).toEqual([step, clean]);
    }
    const media = mediaAnswer.parse(JSON.parse((await other.command('media', '--json', 'manifest.xml')).stdout)).media;
    const rests = media.find(({ name }) => name === 'tiny-linux.iso')?.restsOn?.map(({ step }) => step);
    expect(rests).toEqual(STEPS.slice(1));
    const { code, stdout, stderr } = await other.command('prove', '--json', 'tiny-linux.iso', 'manifest.xml');
    expect(code, stderr.slice(-4000)).toBe(0);
    const answer = proveAnswer.parse(JSON.parse(stdout));
    expect([answer.origin, answer.total, answer.sha256]).toEqual(['proven', 0, clean]);
  }, 900_000);

  it('names the step of a planted difference in each step', async () => {
    for (const step of ['im-mod', 'br-init', 'br-config']) {
      const script = join('scripts', step);
      const before = readFileSync(join(other.folder, script), 'utf8');
      other.file(
        script,
        `${before}\ndate +%s.%N >"$boot_archive.built-${step}"\ncp "$boot_archive.built-${step}" "$pkg_image/etc/"\n`,
      );
      await other.succeeds('build', '-r', step, 'manifest.xml');
      const { code, stdout, stderr } = await other.command('prove', '--json', 'tiny-linux.iso', 'manifest.xml');
      expect([0, 1], stderr.slice(-4000)).toContain(code);
      const [first] = proveAnswer.parse(JSON.parse(stdout)).differences;
      expect(first).toMatchObject({ steps: [step], rebuiltBy: step, cause: 'time' });
      other.file(script, before);
      await other.succeeds('build', '-r', step, 'manifest.xml');
    }
  }, 900_000);
});
