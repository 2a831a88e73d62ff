import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { hygieneAnswer, type HygieneAnswer } from '../../../src-shared/engine-answers/hygiene';
import { TestProject } from '../../support/engine';
import { runTool } from '../../support/run-tool';

/** A folder with a tree of files, images made of it, and the command `hygiene` on them. */
export class Images extends TestProject {
  readonly tree = join(this.folder, 'tree');

  constructor(files: Readonly<Record<string, string>>) {
    super();
    onTestFinished(() => this.dispose());
    for (const [path, content] of Object.entries(files)) this.add(`tree/${path}`, content);
  }

  add(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), content);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  squashfs(to: string): string {
    mkdirSync(dirname(this.path(to)), { recursive: true });
    runTool('mksquashfs', this.tree, this.path(to), '-noappend', '-no-progress', '-quiet');
    return this.path(to);
  }

  /** A raw disk with the tree in its second partition. */
  disk(): string {
    const disk = this.path('disk.raw');
    runTool('truncate', '--size=40M', disk);
    this.add('table', 'label: gpt\nstart=2048, size=2048\nstart=4096, size=65536\n');
    runTool('sh', '-c', 'sfdisk --quiet "$1" <"$2"', 'sh', disk, this.path('table'));
    runTool('mke2fs', '-q', '-F', '-t', 'ext4', '-E', 'offset=2097152', '-d', this.tree, disk, '32M');
    return disk;
  }

  iso(): string {
    this.squashfs('medium/live/filesystem.squashfs');
    const image = this.path('sample.iso');
    runTool('xorriso', '-as', 'mkisofs', '-quiet', '-r', '-o', image, this.path('medium'));
    return image;
  }

  async check(image: string, ...options: string[]): Promise<HygieneAnswer & { readonly code: number | null }> {
    const { code, stdout, stderr } = await this.run('hygiene', '--json', '--host', 'builder7', ...options, image);
    if (stdout === '') throw new Error(stderr);
    return { code, ...hygieneAnswer.parse(JSON.parse(stdout)) };
  }
}

/** The paths of all that was found. */
export const pathsOf = ({ found }: HygieneAnswer): string[] => found.map(({ path }) => path).sort();
