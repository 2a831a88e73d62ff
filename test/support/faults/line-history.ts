import { appendFileSync, chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LinesAnswer } from '../../../src-shared/engine-answers/lines';
import { finished } from '../engine';
import type { Random } from '../random';
import { treeManifest } from '../tree-manifest';
import type { Place } from './places';

const STEPS = ['a', 'b', 'c', 'd'];
const VALUES = 3;

/** The values with which the steps before a checkpoint ran: `a1 b2`. */
type Past = readonly string[];

/**
 * A project whose manifest is edited at random, and whose lines are forked, switched and pruned, with steps that fail
 * and engines that are killed. A model of all checkpoints, by their keys, has the fewest steps that a build has to run.
 */
export class LineHistory {
  readonly log: string[] = [];
  readonly #values = new Map(STEPS.map((step) => [step, 1]));
  /** What each checkpoint is known to contain, by its key. */
  readonly #pasts = new Map<string, string>();
  /** The lines whose last tree is finished, with the values of all steps. */
  readonly #finished = new Map<string, string>();
  #lines: LinesAnswer['lines'] = [];
  #begun = 0;

  constructor(
    private readonly place: Place,
    private readonly random: Random,
  ) {
    this.#write(place.area);
  }

  /** One random act, and whether everything is as the model has it. */
  async act(): Promise<void> {
    const { random } = this;
    const step = random.pick(STEPS);
    const parked = this.#lines.filter(({ active }) => !active);
    switch (random.below(10)) {
      case 0:
      case 1:
      case 2:
        this.#values.set(step, 1 + random.below(VALUES));
        this.#write(this.place.area);
        return void this.log.push(`edit ${step}: ${this.#present().join(' ')}`);
      case 3:
      case 4:
        return this.#continue(['--fork']);
      case 5:
        return this.#continue([]);
      case 6:
        return this.#resume(step, random.below(2) === 0 ? ['--fork'] : []);
      case 7:
        return this.#failing(step);
      case 8:
        return this.#killed();
      default:
        if (parked.length === 0) return this.#continue(['--fork']);
        return random.below(3) === 0 ? this.#prune(random.pick(parked).id) : this.#switch(random.pick(parked).id);
    }
  }

  /** Builds to the end, and returns the tree. */
  async end(): Promise<string[]> {
    await this.#continue(['--fork']);
    await this.#continue([], 0);
    return treeManifest(this.place.buildData, { times: false });
  }

  /** The tree of a clean build in the same place. */
  async clean(): Promise<string[]> {
    const { code, stderr } = await this.place.project.build();
    if (code !== 0) throw new Error(stderr);
    return treeManifest(this.place.buildData, { times: false });
  }

  /** Runs what `plan` recommends, and expects the fewest steps. */
  async #continue(options: string[], most?: number): Promise<void> {
    const fewest = most ?? this.#fewest();
    const before = this.#keys();
    const { code, stderr } = await this.place.project.build('--continue', ...options);
    this.log.push(`continue ${options.join(' ')}: ${code}`);
    if (code !== 0) throw this.#wrong(stderr);
    const begun = this.#expectBegun(this.#present(), STEPS.length - fewest);
    if (begun !== fewest) throw this.#wrong(`${begun} steps ran, ${fewest} suffice\n${stderr}`);
    await this.#sync([]);
    this.#finished.set(this.#active(), this.#present().join(' '));
    if (options.includes('--fork')) this.#expectKept(before);
  }

  async #resume(step: string, options: string[]): Promise<void> {
    const at = STEPS.indexOf(step);
    const key = this.#checkpoint(step);
    const before = this.#keys();
    const { code, stderr } = await this.place.project.build('-r', step, ...options);
    this.log.push(`resume ${options.join(' ')} at ${step}: ${code}`);
    if (code !== 0) {
      if (key !== undefined) throw this.#wrong(stderr);
      return this.#sync([]);
    }
    const base =
      this.#pasts
        .get(key ?? '')
        ?.split(' ')
        .filter(Boolean) ?? [];
    this.#expectBegun([...base, ...this.#present().slice(at)], at);
    await this.#sync(base);
    this.#finished.set(this.#active(), [...base, ...this.#present().slice(at)].join(' '));
    if (options.includes('--fork')) this.#expectKept(before);
  }

  async #failing(step: string): Promise<void> {
    const { project } = this.place;
    const fewest = this.#fewest();
    const fails = STEPS.indexOf(step) >= STEPS.length - fewest;
    const before = this.#keys();
    writeFileSync(join(project.folder, `fail-${step}`), '');
    const { code, stderr } = await project.build('--continue', '--fork');
    rmSync(join(project.folder, `fail-${step}`));
    this.log.push(`continue with a failing ${step}: ${code}`);
    if (code !== (fails ? 1 : 0)) throw this.#wrong(stderr);
    this.#expectBegun(this.#present(), STEPS.length - fewest);
    await this.#sync([]);
    if (fails) this.#finished.delete(this.#active());
    else this.#finished.set(this.#active(), this.#present().join(' '));
    this.#expectKept(before);
  }

  /** Kills an engine at any moment. The next build completes what it had begun. */
  async #killed(): Promise<void> {
    const before = this.#keys();
    const most = this.#fewest();
    const build = this.place.project.start('distro_const', ['build', '--continue', '--fork', 'manifest.xml']);
    const ended = finished(build);
    const after = this.random.below(900);
    const timer = setTimeout(() => build.kill('SIGKILL'), after); // when it is killed is what varies
    const { signal, code } = await ended;
    clearTimeout(timer);
    this.log.push(`continue, killed after ${after} ms: ${signal ?? code}`);
    await this.#sync([]);
    this.#expectKept(before);
    this.#finished.delete(this.#active());
    this.#skipBegun();
    const { code: next, stderr } = await this.place.project.build('--continue');
    if (next !== 0) throw this.#wrong(stderr);
    const begun = this.#skipBegun();
    if (begun > most) throw this.#wrong(`${begun} steps ran after the kill, ${most} suffice`);
    await this.#sync([]);
    this.#finished.set(this.#active(), this.#present().join(' '));
  }

  async #switch(line: string): Promise<void> {
    const before = this.#keys();
    const { code, stderr } = await this.place.project.run('switch', 'manifest.xml', line);
    this.log.push(`switch to ${line}: ${code}`);
    if (code !== 0) throw this.#wrong(stderr);
    await this.#sync([]);
    if (this.#active() !== line) throw this.#wrong(`${this.#active()} is active`);
    this.#expectKept(before);
    const whole = this.#finished.get(line);
    if (whole !== undefined && this.#history() !== whole)
      throw this.#wrong(`the tree has ${this.#history()}, not ${whole}`);
  }

  async #prune(line: string): Promise<void> {
    const others = this.#keys(line);
    const { code, stderr } = await this.place.project.run('line', 'remove', '--yes', 'manifest.xml', line);
    this.log.push(`remove ${line}: ${code}`);
    if (code !== 0) throw this.#wrong(stderr);
    this.#finished.delete(line);
    await this.#sync([]);
    this.#expectKept(others);
  }

  /** The fewest steps with which a build has the present values, over all lines. */
  #fewest(): number {
    const present = this.#present();
    if (this.#lines.some(({ id }) => this.#finished.get(id) === present.join(' '))) return 0;
    const kept = this.#lines
      .flatMap(({ checkpoints }) => checkpoints)
      .filter(({ step, key }) => {
        const past = key === null ? undefined : this.#pasts.get(key);
        return past === present.slice(0, STEPS.indexOf(step)).join(' ');
      })
      .map(({ step }) => STEPS.indexOf(step));
    return STEPS.length - Math.max(0, ...kept);
  }

  /** Reads the lines. A key that is new belongs to a checkpoint that was taken with the present values after `base`. */
  async #sync(base: Past): Promise<void> {
    const { lines } = (await this.place.project.json('lines')) as LinesAnswer;
    this.#lines = lines;
    for (const { step, key } of lines.flatMap(({ checkpoints }) => checkpoints)) {
      if (key === null) throw this.#wrong(`the checkpoint of ${step} has no key`);
      const past = [...base, ...this.#present().slice(base.length)].slice(0, STEPS.indexOf(step)).join(' ');
      if (!this.#pasts.has(key)) this.#pasts.set(key, past);
    }
    const all = [...this.#pasts.values()];
    if (new Set(all).size !== all.length)
      throw this.#wrong(`two keys of one past: ${JSON.stringify([...this.#pasts])}`);
  }

  #checkpoint(step: string): string | undefined {
    const active = this.#lines.find((line) => line.active);
    return active?.checkpoints.find((one) => one.step === step)?.key ?? undefined;
  }

  /** Each step that began since has found the values of those before it in the tree. */
  #expectBegun(values: Past, first: number): number {
    const lines = this.#begunLines().slice(this.#begun);
    for (const [n, line] of lines.entries()) {
      const [step = '', history = ''] = line.split('|');
      const at = STEPS.indexOf(step);
      if (at !== first + n || history.trim() !== values.slice(0, at).join(' '))
        throw this.#wrong(`${step} began on "${history.trim()}", expected "${values.slice(0, at).join(' ')}"`);
    }
    return this.#skipBegun();
  }

  #skipBegun(): number {
    const count = this.#begunLines().length - this.#begun;
    this.#begun += count;
    return count;
  }

  #begunLines(): string[] {
    const path = join(this.place.project.folder, 'begun');
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  }

  #expectKept(before: readonly string[]): void {
    const now = this.#keys();
    const lost = before.filter((one) => !now.includes(one));
    if (lost.length > 0) throw this.#wrong(`lost: ${lost.join(', ')}`);
  }

  /** Every checkpoint, as its line and key. */
  #keys(without?: string): string[] {
    return this.#lines
      .filter(({ id }) => id !== without)
      .flatMap(({ id, checkpoints }) => checkpoints.map(({ key }) => `${id} ${key}`));
  }

  #active(): string {
    return this.#lines.find(({ active }) => active)?.id ?? '';
  }

  #history(): string {
    return readFileSync(join(this.place.buildData, 'pkg_image/history'), 'utf8').trim().replaceAll('\n', ' ');
  }

  #present(): string[] {
    return STEPS.map((step) => `${step}${this.#values.get(step)}`);
  }

  #wrong(why: string): Error {
    return new Error(`${why}\n${this.log.join('\n')}`);
  }

  #write(area: string): void {
    const { project } = this.place;
    const begun = join(project.folder, 'begun');
    if (!existsSync(begun)) {
      appendFileSync(begun, '');
      if (project.user) chownSync(begun, project.user.uid, project.user.gid);
    }
    project.write({
      area,
      steps: STEPS.map((name) => ({
        name,
        body: `h=; [ ! -e "$2/history" ] || h=$(tr '\\n' ' ' <"$2/history")
echo "${name}|$h" >>"${begun}"
echo "${name}$(ManifestRead -k "$1" ${name})" >>"$2/history"
head -c 20000 /dev/zero >"$2/../boot_archive/${name}"
f=fail; [ ! -e "$(dirname "$0")/../$f-${name}" ] || exit 3`,
      })),
      pairs: Object.fromEntries([...this.#values].map(([step, value]) => [step, `${value}`])),
    });
  }
}
