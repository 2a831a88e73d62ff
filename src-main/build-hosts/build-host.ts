import type { CheckpointSizes } from '../../src-shared/engine-answers/checkpoints';
import type { DisksAnswer, WriteEvent } from '../../src-shared/engine-answers/disks';
import type { DoctorAnswer, RightsAnswer } from '../../src-shared/engine-answers/doctor';
import type { DiffAnswer, FilesInCheckpointAnswer } from '../../src-shared/engine-answers/files';
import type { BootEvent, ChecksumAnswer, MediaAnswer } from '../../src-shared/engine-answers/media';
import type {
  CatalogueAnswer,
  FilesAnswer,
  InstalledAnswer,
  PackageDetails,
  ResolveAnswer,
} from '../../src-shared/engine-answers/packages';
import type { LineAnswer, LinesAnswer, SwitchAnswer } from '../../src-shared/engine-answers/lines';
import type { PlanAnswer } from '../../src-shared/engine-answers/plan';
import type { PruneAnswer } from '../../src-shared/engine-answers/prune';
import type { CancelAnswer, PauseAnswer } from '../../src-shared/engine-answers/running';
import type { StatusAnswer } from '../../src-shared/engine-answers/status';
import type { ValidateAnswer } from '../../src-shared/engine-answers/validate';
import type { BuildChoice } from '../../src-shared/rpc/builds';
import type { LineChange, LinePrune } from '../../src-shared/rpc/lines';
import type { DiskChoice } from '../../src-shared/rpc/media';
import type { Argv, CommandOptions, RunningCommand, Transport } from '../transport/transport';

/** A command for the host's transport. */
export interface HostCommand {
  readonly argv: Argv;
  readonly options: CommandOptions;
}

/** A build that was started. */
export interface StartedBuild {
  readonly run: string;
  /** Resolves when it ends while the host is reachable; rejects when the connection was lost before. */
  readonly ended: Promise<unknown>;
}

/** Journals of runs, `LOGS/RUN.jsonl`, as files that can be read while they grow. */
export type Journals = Pick<Transport, 'list' | 'readFile' | 'changes'>;

/** Which checkpoints to prune. */
export interface PruneChoice {
  readonly stale: boolean;
  /** Also the checkpoint of this step and all later ones. */
  readonly from?: string | undefined;
  /** Removes them; otherwise they are only listed. */
  readonly remove: boolean;
}

/** The lines of a build area. A host that keeps none refuses all calls as `unsupported`; its status has the reason. */
export interface HostLines {
  list(manifest: string, signal?: AbortSignal): Promise<LinesAnswer>;
  /** Makes a parked line the one of the build data. */
  switchTo(manifest: string, line: string): Promise<SwitchAnswer>;
  change(manifest: string, line: string, change: LineChange): Promise<LineAnswer>;
  /** @param remove removes them; otherwise they are only listed */
  prune(manifest: string, rule: LinePrune, remove: boolean): Promise<PruneAnswer>;
}

/** The packages of a manifest and of its images, as the host's repositories and build area have them. */
export interface HostPackages {
  /** @param source text of the manifest that is being edited */
  catalogue(manifest: string, source: string, refresh: boolean, signal?: AbortSignal): Promise<CatalogueAnswer>;
  show(manifest: string, source: string, name: string, signal?: AbortSignal): Promise<PackageDetails>;
  resolve(manifest: string, source: string, signal?: AbortSignal): Promise<ResolveAnswer>;
  /** Files that a package installed into the image. */
  files(manifest: string, name: string, signal?: AbortSignal): Promise<FilesAnswer>;
  /** @param of a step, a run, or `resolved`; without it the image as it is */
  installed(manifest: string, of: string | undefined, signal?: AbortSignal): Promise<InstalledAnswer>;
}

/**
 * A machine that builds images: the connection to it, and its engine.
 *
 * `manifest` is the path of a manifest on this computer, where documents are. A refusal of the engine is an `AppError` with its code and
 * message; an answer in an unknown form is `unsupported`, as is a function that the host's engine lacks.
 */
export interface BuildHost {
  readonly transport: Transport;
  readonly journals: Journals;
  readonly packages: HostPackages;
  readonly lines: HostLines;
  /** Waits until the host is reachable. Rejects when it will not reconnect automatically. */
  whenReachable(): Promise<void>;
  /** @param since only this run and later ones */
  status(manifest: string, since?: string, signal?: AbortSignal): Promise<StatusAnswer>;
  /**
   * The status as it would be if a text were saved. Its runs may be missing.
   *
   * @param source text of the manifest that is being edited
   */
  editedStatus(manifest: string, source: string, signal?: AbortSignal): Promise<StatusAnswer>;
  checkpoints(manifest: string, signal?: AbortSignal): Promise<CheckpointSizes>;
  /** @param source text of the manifest that is being edited; the saved file when missing */
  plan(manifest: string, choice: BuildChoice, signal?: AbortSignal, source?: string): Promise<PlanAnswer>;
  prune(manifest: string, choice: PruneChoice): Promise<PruneAnswer>;
  /** Moves the pause of the running build to before a step; `null`: no pause. */
  pause(manifest: string, step: string | null): Promise<PauseAnswer>;
  /** Stops the running build; resolves when it has ended. */
  cancel(manifest: string): Promise<CancelAnswer>;
  /** Compares a checkpoint with another one, or with the build data as it is now. */
  diff(manifest: string, from: string, to: string | undefined, signal?: AbortSignal): Promise<DiffAnswer>;
  /** Entries of a folder of a checkpoint; for a file that file alone, by the path that was given. */
  listFiles(manifest: string, step: string, path: string, signal?: AbortSignal): Promise<FilesInCheckpointAnswer>;
  /** The command that writes a file of a checkpoint to its stdout, or its first `maxBytes` bytes. */
  fileCommand(manifest: string, step: string, path: string, maxBytes?: number): Promise<HostCommand>;
  /** The command of an interactive shell in a read-only view of a checkpoint. */
  shellCommand(manifest: string, step: string): Promise<HostCommand>;
  /** @param line the id of the parked line whose images they are; without it those of the build data */
  media(manifest: string, signal?: AbortSignal, line?: string): Promise<MediaAnswer>;
  checksum(manifest: string, name: string, signal?: AbortSignal, line?: string): Promise<ChecksumAnswer>;
  /** Boots an image and yields its events, the verdict last. The machine ends with the signal and with the iteration. */
  bootTest(
    manifest: string,
    name: string,
    firmware: 'bios' | 'uefi',
    signal?: AbortSignal,
    line?: string,
  ): AsyncGenerator<BootEvent>;
  /** The removable disks of the host, and which of them an image fits on. */
  disks(manifest: string, name: string, signal?: AbortSignal, line?: string): Promise<DisksAnswer>;
  /** Writes an image to a removable disk of the host and yields its progress, the result last. It ends with the signal and with the iteration. */
  writeDisk(
    manifest: string,
    name: string,
    choice: DiskChoice,
    signal?: AbortSignal,
    line?: string,
  ): AsyncGenerator<WriteEvent>;
  /** The support bundle, a `.tar.gz`, on the stdout of a command that has been started. */
  supportBundle(manifest: string, signal?: AbortSignal): Promise<RunningCommand>;
  /**
   * All problems of a manifest on the host.
   *
   * @param source text of the manifest that is being edited
   */
  validate(manifest: string, source: string, signal?: AbortSignal): Promise<ValidateAnswer>;
  /** @param source text of the manifest that is being edited; the saved file when missing */
  doctor(manifest: string, signal?: AbortSignal, source?: string): Promise<DoctorAnswer>;
  /** @param source text of the manifest that is being edited; the saved file when missing */
  rights(manifest: string, signal?: AbortSignal, source?: string): Promise<RightsAnswer>;
  /**
   * Starts a build that does not depend on the app. One that is refused before it has a journal is an `AppError` with the engine's message.
   *
   * @param logs the folder where its journal appears
   */
  start(manifest: string, logs: string, choice: BuildChoice): Promise<StartedBuild>;
}
