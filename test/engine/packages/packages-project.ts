import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  catalogueAnswer,
  packageDetails,
  resolveAnswer,
  type CatalogueAnswer,
  type PackageDetails,
  type ResolveAnswer,
} from '../../../src-shared/engine-answers/packages';
import { finished, TestProject, type Ran } from '../../support/engine';

/** A manifest that installs packages, with its own cache. Removed when the test ends. */
export class PackagesProject extends TestProject {
  constructor(
    private readonly source: string,
    packages: readonly string[],
    /** The description of how the first step installs packages. */
    installs: Readonly<Record<string, unknown>> = { base: ['?essential'] },
  ) {
    super();
    onTestFinished(() => this.dispose());
    this.env = { ...this.env, XDG_CACHE_HOME: join(this.folder, 'cache') };
    this.install(packages);
    writeFileSync(join(this.folder, 'scripts/im-pop.meta.json'), JSON.stringify({ installs }));
  }

  /** Replaces the list of packages. */
  install(packages: readonly string[]): void {
    this.write({ steps: [{ name: 'im-pop' }], pairs: { suite: 'test' } });
    this.edit((manifest) =>
      manifest.replace(
        '<vmimg_params/>',
        `<img_params>
          <pkg_repo_default_authority><main url="${this.source}" authname="test"/></pkg_repo_default_authority>
          <packages>${packages.map((name) => `<pkg name="${name}"/>`).join('')}</packages>
          <boot_archive_contents><base_include type="dir">usr</base_include></boot_archive_contents>
          <hostname>test</hostname>
        </img_params>`,
      ),
    );
  }

  ask(subcommand: string, ...args: string[]): Promise<Ran> {
    return finished(this.start('distro_const', [subcommand, ...args]));
  }

  /** As `ask`, with text on standard input. */
  feed(input: string, ...args: string[]): Promise<Ran> {
    const child = spawn('distro_const', args, { cwd: this.folder, env: this.env });
    child.stdin.end(input);
    return finished(child);
  }

  async catalogue(...options: string[]): Promise<CatalogueAnswer> {
    return catalogueAnswer.parse(await this.#json('catalogue', ...options, 'manifest.xml'));
  }

  async resolve(): Promise<ResolveAnswer> {
    return resolveAnswer.parse(await this.#json('resolve', 'manifest.xml'));
  }

  async show(name: string): Promise<PackageDetails> {
    return packageDetails.parse(await this.#json('show', 'manifest.xml', name));
  }

  /** The error of a `--json` call. */
  async failure(subcommand: string, ...args: string[]): Promise<{ code: string; message: string; hint?: string }> {
    const answer = (await this.#json(subcommand, ...args)) as {
      error: { code: string; message: string; hint?: string };
    };
    return answer.error;
  }

  async #json(subcommand: string, ...args: string[]): Promise<unknown> {
    const { stdout, stderr } = await this.ask(subcommand, '--json', ...args);
    if (!stdout.startsWith('{')) throw new Error(stderr);
    return JSON.parse(stdout);
  }
}
