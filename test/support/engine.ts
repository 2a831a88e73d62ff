import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** The folder with the engine's commands as built by `npm run build:engine`. */
export const bin = join(root, 'out/bin');

const copies = new Map<number, string>();

/** A copy of the commands for an account that may not be able to enter the folder of the checkout. It keeps code caches of its own. */
function binOf({ uid, gid }: { readonly uid: number; readonly gid: number }): string {
  const known = copies.get(uid);
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bin-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  cpSync(bin, folder, { recursive: true, dereference: true });
  chownSync(folder, uid, gid);
  copies.set(uid, folder);
  return folder;
}

/** The folder of recorded runs and real manifests, when it exists beside this checkout. */
export const corpus = join(root, '../shared/corpus');
export const hasCorpus = existsSync(corpus);

/** The result of a command. */
export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One step of a test manifest; `body` is shell and runs with the five arguments, `extra` on top of the usual traces. */
export interface TestStep {
  readonly name: string;
  readonly message?: string;
  readonly body?: string;
  readonly args?: string;
}

/** The content of a test manifest besides its steps. */
export interface TestManifest {
  readonly steps: readonly TestStep[];
  readonly area?: string;
  readonly stopOnError?: string;
  readonly checkpointEnable?: string;
  readonly resumeFrom?: string;
  readonly pairs?: Readonly<Record<string, string>>;
}

/**
 * A folder with a manifest and its scripts, and a build area in it. Each step appends its name to `$2/log` (build data), to `$5/log`
 * (media) and to `trace` (outside the area).
 */
export class TestProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'slipway-project-'));
  readonly trace = join(this.folder, 'trace');
  area = join(this.folder, 'area');
  readonly bin: string = bin;
  /** Temporary files are in the project, also those of killed engines. */
  env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: [bin, process.env.PATH].join(delimiter),
    TMPDIR: join(this.folder, 'tmp'),
    SLIPWAY_OPEN_HANDLES_MS: '10000', // a command that leaves a handle open is a defect, a slow one is not
  };
  readonly #children = new Set<ChildProcess>();
  /** Lines of the trace that `ran` has returned. */
  #reported = 0;

  /**
   * @param user the account that runs the commands instead of the test's own; it owns the folder then, and uses a copy
   * of the engine
   */
  constructor(
    manifest?: TestManifest,
    readonly user?: { readonly uid: number; readonly gid: number },
  ) {
    for (const folder of ['scripts', 'tmp']) mkdirSync(join(this.folder, folder));
    if (user) {
      this.bin = binOf(user);
      this.env.PATH = [this.bin, process.env.PATH].join(delimiter);
      for (const folder of ['', 'scripts', 'tmp']) chownSync(join(this.folder, folder), user.uid, user.gid);
    }
    if (manifest) this.write(manifest);
  }

  /** Writes manifest.xml and the steps' scripts. */
  write({
    steps,
    area = this.area,
    stopOnError = 'true',
    checkpointEnable = 'true',
    resumeFrom,
    pairs = {},
  }: TestManifest): this {
    this.area = area;
    for (const step of steps) this.script(step.name, step.body);
    const scripts = steps.map(
      ({ name, message, args }) =>
        `      <script name="scripts/${name}">\n        <checkpoint name="${name}" message="${message ?? `Step ${name}`}"/>\n` +
        (args === undefined ? '' : `        <argslist>${args}</argslist>\n`) +
        '      </script>\n',
    );
    const values = Object.entries(pairs).map(([key, value]) => `    <pair key="${key}" value="${value}"/>\n`);
    return this.file(
      'manifest.xml',
      `<distribution name="sample">
  <distro_constr_params>
    <build_area>${area}</build_area>
    <distro_constr_flags>
      <stop_on_error>${stopOnError}</stop_on_error>
      <checkpoint_enable${resumeFrom === undefined ? '' : ` resume_from="${resumeFrom}"`}>${checkpointEnable}</checkpoint_enable>
    </distro_constr_flags>
    <output_image><finalizer>
${scripts.join('')}    </finalizer></output_image>
  </distro_constr_params>
  <vmimg_params/>
  <key_value_pairs>
${values.join('')}  </key_value_pairs>
</distribution>
`,
    );
  }

  /** Writes one step's script. */
  script(name: string, body = ''): this {
    const path = join(this.folder, 'scripts', name);
    writeFileSync(
      path,
      `#!/bin/sh\necho ${name} >>"${this.trace}"\necho ${name} >>"$2/log"\necho ${name} >>"$5/log"\n${body}\n`,
    );
    chmodSync(path, 0o755);
    return this;
  }

  file(name: string, content: string | Uint8Array): this {
    writeFileSync(join(this.folder, name), content);
    return this;
  }

  edit(change: (manifest: string) => string): this {
    return this.file('manifest.xml', change(readFileSync(join(this.folder, 'manifest.xml'), 'utf8')));
  }

  /** Starts a command of the engine. */
  start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    return this.spawn([join(this.bin, command), ...args], env);
  }

  /** Starts any command in the way that commands of the engine are started, for example one that traces the engine. */
  spawn([command = '', ...args]: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const child = spawn(command, args, {
      cwd: this.folder,
      env: { ...this.env, ...env },
      ...this.user,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    record(child);
    this.#children.add(child);
    child.on('close', () => this.#children.delete(child));
    return child;
  }

  /** Runs `distro_const` to its end. */
  run(...args: string[]): Promise<Ran> {
    return finished(this.start('distro_const', args));
  }

  /** Runs `distro_const build OPTIONS manifest.xml`. */
  build(...options: string[]): Promise<Ran> {
    return this.run('build', ...options, 'manifest.xml');
  }

  /** Runs a subcommand with `--json` on the manifest and parses what it prints. */
  async json(subcommand: string, ...args: string[]): Promise<unknown> {
    const { code, stdout, stderr } = await this.run(subcommand, '--json', 'manifest.xml', ...args);
    if (stdout === '') throw new Error(`${subcommand} exited with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  /** The steps that ran since the last call. The file stays, because a running step may be writing to it. */
  ran(): string[] {
    const lines = existsSync(this.trace) ? readFileSync(this.trace, 'utf8').split('\n').slice(0, -1) : [];
    return lines.slice(this.#reported, (this.#reported = lines.length));
  }

  read(path: string): string {
    return readFileSync(join(this.area, path), 'utf8');
  }

  dispose(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    // The steps of a killed engine may still write.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

/** The output of a command, and its end. */
interface Recording {
  readonly stdout: Buffer[];
  readonly stderr: Buffer[];
  readonly ended: Promise<Ran>;
}

const recordings = new WeakMap<ChildProcess, Recording>();

/**
 * Records a command from its start, so that `says` and `finished` may be called at any time: a command under observation may print, or
 * end, while a test waits for something else.
 */
function record(child: ChildProcess): Recording {
  const known = recordings.get(child);
  if (known) return known;
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout: textOf(stdout), stderr: textOf(stderr) }));
  });
  // A test that does not wait for the end does not fail with it.
  ended.catch(() => undefined);
  const recording = { stdout, stderr, ended };
  recordings.set(child, recording);
  return recording;
}

const textOf = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8');

/** Waits for a started command to end. Returns at once when it has ended. */
export function finished(child: ChildProcess): Promise<Ran> {
  return record(child).ended;
}

/** Resolves when a started command has printed something on stderr since its start. */
export function says(child: ChildProcess, pattern: RegExp): Promise<void> {
  const { stderr, ended } = record(child);
  return new Promise((resolve, reject) => {
    const check = (): void => {
      if (pattern.test(textOf(stderr))) resolve();
    };
    child.stderr?.on('data', check);
    check();
    ended.then(
      ({ code }) => reject(new Error(`ended with ${code} before it printed ${pattern}: ${textOf(stderr)}`)),
      reject,
    );
  });
}
