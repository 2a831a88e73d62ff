// Builds a template with further outputs, by the real engine.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { addStep } from '../../src-shared/document/steps';
import { setField } from '../../src-shared/document/fields';
import { parseManifest } from '../../src-shared/manifest/parse';
import { applySplices } from '../../src-shared/manifest/splice';
import { PACKAGE_CACHE } from './package-cache';

const root = join(import.meta.dirname, '../..');

/** A copy of a template with steps of outputs after its own, and its build area. */
export class OutputBuild {
  readonly folder = mkdtempSync(join(tmpdir(), 'slipway-outputs-'));
  readonly #name: string;
  readonly #area = join(this.folder, 'area');

  constructor(template: string, steps: readonly string[]) {
    this.#name = template;
    cpSync(join(root, 'resources/templates', template), this.folder, { recursive: true });
    cpSync(join(root, 'resources/outputs/scripts'), join(this.folder, 'scripts'), { recursive: true });
    this.edit((text) => {
      const placed = applySplices(
        text,
        setField(parseManifest(text), 'distro_constr_params/build_area', undefined, this.#area).splices,
      );
      return steps.reduce((source, name) => {
        const step = { name, message: `Make ${name}`, script: `scripts/${name}` };
        return applySplices(source, addStep(parseManifest(source), step).splices);
      }, placed);
    });
  }

  edit(change: (text: string) => string): void {
    const file = join(this.folder, 'manifest.xml');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  }

  /** Runs `distro_const build OPTIONS manifest.xml`. */
  build(...options: string[]): { readonly code: number | null; readonly stderr: string } {
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(root, 'out/engine/distro_const.cjs'), 'build', ...options, 'manifest.xml'],
      {
        cwd: this.folder,
        env: {
          ...process.env,
          XDG_CACHE_HOME: PACKAGE_CACHE,
          PATH: [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter),
        },
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
      },
    );
    return { code: status, stderr };
  }

  /** The path of a finished file. */
  medium(suffix: string): string {
    return join(this.#area, `media/${this.#name}.${suffix}`);
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
