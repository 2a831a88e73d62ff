import type { RemovableDisk, WriteEvent } from '../../../../src-shared/engine-answers/disks';
import type { Medium } from '../../../../src-shared/engine-answers/media';
import { failureOf, type CallFailure, type Main } from '../../../rpc';
import type { MediaTarget } from './boot-run.svelte';

type Done = Extract<WriteEvent, { kind: 'done' }>;
type Progress = Extract<WriteEvent, { kind: 'progress' }>;

/** Whether a computer could start from a disk with the image. Disks of virtual machines have a format of their own. */
export const isForDisks = ({ bootable, name }: Medium): boolean =>
  bootable !== null && !/\.(qcow2|vmdk|vhd)$/i.test(name);

/** One image that is being written to a disk. */
export class DiskWriting {
  progress = $state.raw<Progress>();
  done = $state.raw<Done>();
  failure = $state.raw<CallFailure>();
  isRunning = $state(false);
  readonly #leaving = new AbortController();

  /** Writes and compares. Never rejects. */
  async write(media: Main['media'], target: MediaTarget, name: string, disk: RemovableDisk): Promise<void> {
    const { device, confirm, mounted } = disk;
    const input = { ...target, name, disk: { device, confirm, unmount: mounted.length > 0 } };
    this.isRunning = true;
    try {
      for await (const event of await media.writeDisk(input, { signal: this.#leaving.signal }))
        if (event.kind === 'progress') this.progress = event;
        else this.done = event;
    } catch (error) {
      this.failure = this.#leaving.signal.aborted
        ? { code: 'CANCELLED', message: `Stopped. ${device} is incomplete and cannot be used.` }
        : failureOf(error);
    }
    this.isRunning = false;
  }

  stop(): void {
    this.#leaving.abort();
  }
}
