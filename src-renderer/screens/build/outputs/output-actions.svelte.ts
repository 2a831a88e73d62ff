import type { Medium } from '../../../../src-shared/engine-answers/media';
import { choose } from '../../../state/pick-path';
import type { Workspace } from '../../../state/workspace.svelte';
import { BootRun, bootRuns, contentOf, type Firmware, type MediaTarget } from './boot-run.svelte';

/** Checksums by the content of a file, of all hosts. */
class Checksums {
  #sums = $state.raw<ReadonlyMap<string, string>>(new Map());

  of(medium: Medium): string | undefined {
    return this.#sums.get(contentOf(medium));
  }

  add(medium: Medium, sha256: string): void {
    this.#sums = new Map([...this.#sums, [contentOf(medium), sha256]]);
  }
}

const checksums = new Checksums();

/** What a user does with the images of a build: checksum, copy, boot test. */
export class OutputActions {
  /** The content whose checksum is being computed. */
  summing = $state<string>();
  /** The name of the image that is being copied. */
  copying = $state<string>();
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  sumOf(medium: Medium): string | undefined {
    return checksums.of(medium);
  }

  /** Computes the SHA-256 of an image, once for its content. */
  async sum(target: MediaTarget, medium: Medium): Promise<void> {
    const { notices, main } = this.#workspace;
    this.summing = contentOf(medium);
    await notices.attempt(async () => {
      const { sha256 } = await main.media.checksum({ ...target, name: medium.name });
      checksums.add(medium, sha256);
      notices.done(`SHA-256 of ${medium.name}: ${sha256}`);
    });
    this.summing = undefined;
  }

  async copySum(medium: Medium): Promise<void> {
    await this.#workspace.clipboard.copy(this.sumOf(medium) ?? '', 'Checksum copied');
  }

  /** Copies an image to a folder that the user chooses. */
  async copyOut(target: MediaTarget, { name }: Medium): Promise<void> {
    const { notices, main } = this.#workspace;
    await choose(this.#workspace, 'folder', `Save a copy of ${name}`, (to) => {
      this.copying = name;
      void notices
        .attempt(async () => {
          const written = await main.media.copyOut({ ...target, name, to });
          notices.done(`Copied to ${written.path}`);
        })
        .then(() => (this.copying = undefined));
    });
  }

  /** Asks for a USB stick or memory card of the build host, and writes an image to it. */
  writeDisk(target: MediaTarget, medium: Medium): void {
    this.#workspace.navigation.dialog = { kind: 'write-disk', target, medium };
  }

  /** Boots an image until it asks for a login. */
  async boot(target: MediaTarget, medium: Medium, firmware: Firmware): Promise<void> {
    const { notices, main } = this.#workspace;
    const { name } = medium;
    const started = new BootRun(name, firmware, contentOf(medium));
    bootRuns.show(target, started);
    notices.announce(`The boot test of ${name} has started.`);
    await started.follow(main.media, target);
    const { verdict, failure } = started;
    if (verdict && verdict.verdict !== 'cancelled') bootRuns.keep(started);
    if (verdict?.verdict === 'booted') notices.done(`${name} boots: ${verdict.reason}`);
    else if (verdict && verdict.verdict !== 'cancelled') notices.failed(`${name} does not boot. ${verdict.reason}`);
    else if (failure) notices.report(failure);
  }
}
