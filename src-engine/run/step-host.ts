import { dirname } from 'node:path';
import type { DeclaredStep } from '../../src-shared/manifest/model';
import type { AreaFolders } from '../area/area-folders';
import { valuesHash } from '../area/current-state';
import { areaIdentity } from '../area/identity';
import { writeOutput } from '../system/standard-streams';
import type { BuildInput } from './build-input';
import { createSpawner } from './containment';
import { FinalizerRunner } from './finalizer-runner';
import { InputRecorder } from './input-recorder';
import type { Journal } from './journal';
import { ManifestServer } from './manifest-server';
import type { Containment, StepSpawner } from './step-process';
import { StepRun, type StepOutcome } from './step-run';

/** Has what the steps of one build share: their manifest server, and the program that starts and contains them. */
export class StepHost {
  readonly #input: BuildInput;
  readonly #folders: AreaFolders;
  readonly #journal: Journal;
  readonly #report: (line: string) => void;
  readonly #recorder: InputRecorder;
  /** The area's identity, which marks the processes of its steps. */
  readonly #mark: string;
  /** The method in force, as recorded in the journal. */
  #containment: Containment;

  #server: ManifestServer | undefined;
  #spawner: StepSpawner | undefined;
  #runner: FinalizerRunner | undefined;
  #run: StepRun | undefined;
  #isCancelled = false;

  private constructor(input: BuildInput, folders: AreaFolders, journal: Journal, report: (line: string) => void) {
    this.#input = input;
    this.#folders = folders;
    this.#journal = journal;
    this.#report = report;
    this.#recorder = new InputRecorder(input.area, input.file, input.given, input.observer !== undefined, report);
    this.#mark = areaIdentity(input.area);
    this.#containment = input.containment;
  }

  /** @param report reports a message of the engine: on the console, in the logs and in the journal */
  static async start(
    input: BuildInput,
    folders: AreaFolders,
    journal: Journal,
    report: (line: string) => void,
  ): Promise<StepHost> {
    const host = new StepHost(input, folders, journal, report);
    const server = await host.#reachableServer();
    try {
      host.#spawner = input.spawner ?? createSpawner(input.containment, dirname(server.socketPath), host.#mark);
    } catch (error) {
      server.close(); // its socket would keep the engine running
      throw error;
    }
    host.#runner = new FinalizerRunner(host.#spawner);
    return host;
  }

  /** The name of the running step. */
  get running(): string | undefined {
    return this.#run?.isRunning === true ? this.#run.step.name : undefined;
  }

  cancel(now: boolean): void {
    this.#isCancelled = true;
    this.#recorder.stop();
    this.#runner?.cancel(now);
  }

  /** Ends the running step because the build cannot go on. */
  abort(): void {
    this.#recorder.stop();
    this.#runner?.cancel();
  }

  close(): void {
    this.#spawner?.close();
    this.#server?.close();
  }

  async run(step: DeclaredStep): Promise<StepOutcome> {
    const server = await this.#reachableServer();
    const runner = this.#runner;
    if (!runner) throw new Error('the step host is not started');
    const { area, logs, lockCheck, observer } = this.#input;
    const parts = {
      area,
      folders: this.#folders,
      journal: this.#journal,
      logs,
      observer,
      recorder: this.#recorder,
      runner,
      lockCheck,
      mark: this.#mark,
      report: this.#report,
      isCancelled: () => this.#isCancelled,
      onProcessesEnded: () => this.#reportContainment(),
    };
    this.#run = new StepRun(parts, step, server.socketPath);
    return this.#run.run();
  }

  /** The manifest server. It is started again in a new folder when another program has removed its folder. */
  async #reachableServer(): Promise<ManifestServer> {
    if (this.#server?.isReachable) return this.#server;
    this.#server?.close();
    const { file, debug } = this.#input;
    return (this.#server = await ManifestServer.start(
      file.defaulted.root,
      ({ request, isKey, values }) => this.#run?.onRead({ request, isKey, hash: valuesHash(values) }),
      (line) => debug && writeOutput(`${line}\n`),
    ));
  }

  /** Records the method again when the system has refused the recorded one. */
  #reportContainment(): void {
    const containment = this.#spawner?.containment ?? this.#containment;
    if (containment === this.#containment) return;
    this.#containment = containment;
    this.#report(`This system refuses namespaces for steps. They are contained by a ${containment} instead.`);
  }
}
