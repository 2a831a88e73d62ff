// Single steps of a template, in a build of the engine: a small package image takes the place of the steps that make one.
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { TestProject } from './engine';
import { root } from './markdown';
import { lacksRootOr } from './run-tool';

/** The reason why steps of debian-live cannot run here. */
export const whyNoTemplateSteps: string | undefined = lacksRootOr(
  ...['grub-mkimage', 'mcopy', 'mkfs.vfat', 'mksquashfs', 'unsquashfs', 'xorriso', 'zstd', 'cpio'],
);

/** A small tree that has what the steps ask for. */
const TREE = `cd "$2"
mkdir -p boot etc home live root usr/bin var/lib var/cache "$4/conf"
echo kernel >boot/vmlinuz-6.1.0-1-amd64
echo kernel >live/vmlinuz
echo initrd >live/initrd
echo tool >usr/bin/tool
echo init >"$4/init"
`;

/** A copy of the template debian-live with some of its steps. */
export class TemplateSteps extends TestProject {
  /** The package image. */
  readonly image = join(this.area, 'build_data/pkg_image');

  /**
   * @param steps the names of the template's steps
   * @param tree shell lines that add to the tree; the folder is the package image, and $4 the boot archive
   */
  constructor(steps: readonly string[], tree = '') {
    super();
    onTestFinished(() => this.dispose());
    cpSync(join(root, 'resources/templates/debian-live'), this.folder, { recursive: true });
    writeFileSync(join(this.folder, 'scripts/tree'), `#!/bin/sh -e\n${TREE}${tree}`, { mode: 0o755 });
    const scripts = ['tree', ...steps].map(
      (name) => `<script name="scripts/${name}"><checkpoint name="${name}" message="${name}"/></script>`,
    );
    this.edit((text) =>
      text
        .replace(/(<build_area>)[^<]*/, `$1${this.area}`)
        .replace(/<finalizer>.*<\/finalizer>/s, () => `<finalizer>${scripts.join('')}</finalizer>`),
    );
  }

  /** The path of a medium. */
  medium(suffix: string): string {
    return join(this.area, `media/debian-live.${suffix}`);
  }

  /** The content of a file of the package image; `undefined` when it is missing. */
  content(path: string): string | undefined {
    const file = join(this.image, path);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }

  /** Builds all steps, and returns the project. Throws when one fails. */
  async made(): Promise<this> {
    const { code, stderr } = await this.build();
    if (code !== 0) throw new Error(stderr);
    return this;
  }
}
