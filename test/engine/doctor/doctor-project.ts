import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { doctorAnswer, type DoctorAnswer, type Finding } from '../../../src-shared/engine-answers/doctor';
import { bin, finished, TestProject, type TestStep } from '../../support/engine';

/** The package settings of a test manifest. */
interface TestImage {
  readonly steps?: readonly TestStep[];
  readonly area?: string;
  readonly url?: string;
  readonly mirrors?: readonly string[];
  readonly packages?: readonly string[];
  readonly pairs?: Readonly<Record<string, string>>;
}

/** The doctor's findings, and the end of its process. */
export interface Examined extends DoctorAnswer {
  readonly code: number | null;
  /** All findings with this id, or with an id that begins with this and a colon. */
  of(id: string): Finding[];
}

/** A manifest that installs packages, and the doctor for it. Removed when the test ends. */
export class DoctorProject extends TestProject {
  constructor(image: TestImage = {}) {
    super();
    onTestFinished(() => this.dispose());
    this.env = Object.fromEntries(Object.entries(this.env).filter(([name]) => !/_proxy$/i.test(name)));
    const { steps = [{ name: 'im-pop' }], url, mirrors = [], packages = [], pairs = {} } = image;
    this.write({ steps, pairs, ...(image.area !== undefined && { area: image.area }) });
    this.edit((manifest) => manifest.replace('<vmimg_params/>', imageOf(url, mirrors, packages)));
  }

  /** Runs the doctor with `--json`. */
  async examine(env: NodeJS.ProcessEnv = {}): Promise<Examined> {
    const { code, stdout, stderr } = await finished(
      this.start('distro_const', ['doctor', '--json', 'manifest.xml'], env),
    );
    if (!stdout.startsWith('{')) throw new Error(`doctor exited with ${code}: ${stderr}`);
    const answer = doctorAnswer.parse(JSON.parse(stdout));
    const of = (id: string): Finding[] =>
      answer.findings.filter((finding) => finding.id === id || finding.id.startsWith(`${id}:`));
    return { ...answer, code, of };
  }

  /** Starts Node in the project's folder. */
  startNode(args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
    return spawn(process.execPath, args, { cwd: this.folder, env: { ...this.env, ...env } });
  }

  /**
   * Starts the engine as another account. Needs root. The engine is copied, because only root may be able to read the
   * checkout.
   */
  startAs(user: string, args: readonly string[]): ChildProcess {
    const engine = join(this.folder, 'distro_const.cjs');
    copyFileSync(join(bin, 'distro_const'), engine);
    const command = ['-u', user, '--', process.execPath, engine, ...args];
    return spawn('runuser', command, { cwd: this.folder, env: this.env });
  }

  /** A PATH that begins with a folder of this project. */
  pathWith(folder: string): NodeJS.ProcessEnv {
    return { PATH: [folder, bin, process.env.PATH].join(delimiter) };
  }
}

function imageOf(url: string | undefined, mirrors: readonly string[], packages: readonly string[]): string {
  const mirror = mirrors.map((address) => `<mirror url="${address}"/>`).join('');
  return `<img_params>
    ${url === undefined ? '' : `<pkg_repo_default_authority><main url="${url}" authname="test"/>${mirror}</pkg_repo_default_authority>`}
    <packages>${packages.map((name) => `<pkg name="${name}"/>`).join('')}</packages>
    <boot_archive_contents><base_include type="dir">usr</base_include></boot_archive_contents>
    <hostname>test</hostname>
  </img_params>`;
}
