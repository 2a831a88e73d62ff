import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { finished, type TestProject } from './engine';
import type { Random } from './random';

const STEPS = ['one', 'two', 'three', 'four', 'five'];

/**
 * The changes of a step to the build data, selected by a number: it adds, changes in place, links, removes, and records
 * everything before it. With a file `fail-NAME` in the project it fails in the middle.
 */
function body(name: string, variant: number, folder: string): string {
  return `cd "$2/.."
echo "${name} ${variant}" >>pkg_image/history
cat pkg_image/history >boot_archive/${name}
head -c ${1000 + variant * 37} /dev/zero | tr '\\0' '${name.charAt(0)}' >pkg_image/blob-${name}
echo shared-${variant} >pkg_image/linked-${name}
if [ -e "${folder}/fail-${name}" ]; then echo dirt >pkg_image/dirt; exit 3; fi
ln -f pkg_image/linked-${name} pkg_image/linked-${name}-too
ln -s blob-${name} tmp/link-${name}-${variant}
printf x >>pkg_image/grows
[ ! -e pkg_image/linked-one ] || echo in-place-${name} >>pkg_image/linked-one
chmod ${variant % 2 === 0 ? '0640' : '4755'} pkg_image/blob-${name}
mkdir -p pkg_image/dir-${name}/sub
chmod 0${variant % 2 === 0 ? '700' : '755'} pkg_image/dir-${name}
setfattr -n user.step -v ${name}-${variant} pkg_image/blob-${name} 2>/dev/null || :
[ "$(id -u)" != 0 ] || chown ${1000 + variant}:${2000 + variant} pkg_image/linked-${name}
rm -rf pkg_image/dir-two
truncate -s 1M tmp/sparse-${name}
`;
}

/** A project whose steps are edited, failed, killed, paused and resumed at random, as by a hurried user. */
export class RandomBuilds {
  readonly #variants = new Map(STEPS.map((name) => [name, 0]));
  /** The acts so far, for the report of a failure. */
  readonly log: string[] = [];

  constructor(
    private readonly project: TestProject,
    private readonly random: Random,
    private readonly area: string,
  ) {
    this.#write(area);
  }

  #write(area: string): void {
    const steps = STEPS.map((name) => ({ name, body: body(name, this.#variants.get(name) ?? 0, this.project.folder) }));
    this.project.write({ steps, area });
  }

  /** One random act. */
  async act(): Promise<void> {
    const { project, random } = this;
    const name = random.pick(STEPS);
    switch (random.below(9)) {
      case 0:
        this.#variants.set(name, random.below(100));
        this.#write(this.area);
        this.log.push(`edit ${name}`);
        return;
      case 1:
        project.file(`fail-${name}`, '');
        this.log.push(`make ${name} fail`);
        return;
      case 2:
        return this.#mend();
      case 3:
        return this.#build(['-p', name]);
      case 4:
        return this.#build([]);
      case 5:
      case 6:
        return this.#kill(random.below(2) === 0 ? [] : ['-R']);
      default:
        return this.#build(random.below(2) === 0 ? ['-R'] : ['-r', name]);
    }
  }

  /** Ends the random builds: repairs all steps, and resumes from the step that the engine recommends. */
  async finish(): Promise<void> {
    this.#mend();
    const { suggested } = (await this.project.json('plan')) as { suggested: string | null };
    const { code, stderr } = await this.project.build(...(suggested === null ? [] : ['-r', suggested]));
    this.log.push(`finish from ${suggested ?? 'the beginning'}: ${code}`);
    if (code !== 0) throw new Error(stderr);
  }

  /** Runs the same steps without interruption in another area. */
  async straight(area: string): Promise<void> {
    this.#write(area);
    const { code, stderr } = await this.project.build();
    if (code !== 0) throw new Error(stderr);
  }

  #mend(): void {
    for (const name of STEPS) rmSync(join(this.project.folder, `fail-${name}`), { force: true });
    this.log.push('mend all');
  }

  async #build(options: string[]): Promise<void> {
    const { code, stderr } = await this.project.build(...options);
    this.log.push(`build ${options.join(' ')}: ${code}`);
    if (code === null || /defect/.test(stderr)) throw new Error(stderr);
  }

  async #kill(options: string[]): Promise<void> {
    const build = this.project.start('distro_const', ['build', ...options, 'manifest.xml']);
    const ended = finished(build);
    const after = this.random.below(800);
    const timer = setTimeout(() => build.kill('SIGKILL'), after); // the time of the kill is random
    const { signal, code } = await ended;
    clearTimeout(timer);
    this.log.push(`build ${options.join(' ')} killed after ${after} ms: ${signal ?? code}`);
    await this.#expectTruth();
  }

  /** After a kill at any moment no process holds the area, and `-l` and `status` name the same step. */
  async #expectTruth(): Promise<void> {
    const { lock, latestResumable, lastRun } = (await this.project.json('status')) as {
      lock: { kind: string };
      latestResumable: string | null;
      lastRun: { state: string } | null;
    };
    const { stderr } = await this.project.build('-l');
    const marked = stderr.split('\n').filter((line) => / {4}X {5}/.test(line));
    const last = marked.at(-1)?.split(' ')[0] ?? null;
    if (lock.kind === 'held' || lastRun?.state === 'running' || last !== latestResumable)
      throw new Error(
        `-l prints ${last}, status prints ${latestResumable}, ${lock.kind}, ${lastRun?.state}\n${this.log.join('\n')}`,
      );
  }
}
