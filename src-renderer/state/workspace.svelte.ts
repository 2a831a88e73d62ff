import type { Finalizer, Template } from '../../src-shared/rpc-contract';
import type { Problem } from '../../src-shared/manifest/problems';
import type { Main } from '../rpc';
import { Builds } from './builds.svelte';
import { Clipboard } from './clipboard';
import { DocumentSession } from './document-session.svelte';
import { Hosts } from './hosts.svelte';
import { HostValidation } from './host-validation.svelte';
import { Navigation } from './navigation.svelte';
import { Notices } from './notices.svelte';
import { Packages } from './packages.svelte';
import { Selection } from './selection.svelte';
import { SinceBuild } from './since-build.svelte';

/** The parts of the window's state, and what main reports about itself. One for each window. */
export class Workspace {
  readonly main: Main;
  readonly notices = new Notices();
  readonly navigation = new Navigation();
  readonly clipboard = new Clipboard(this.notices);
  readonly session: DocumentSession;
  readonly hosts: Hosts;
  readonly builds: Builds;
  readonly sinceBuild: SinceBuild;
  readonly packages: Packages;
  readonly validation: HostValidation;
  /** The selected steps; the inspector shows the first. */
  readonly stepSelection = new Selection(
    () => this.session.document?.loaded?.manifest.steps.map(({ name }) => name) ?? [],
  );
  /** Problems of the document: of its text, of the build host, and of its packages in their repositories. */
  readonly problems: readonly Problem[] = $derived.by(() => [
    ...(this.session.document?.problems ?? []),
    ...this.validation.problems.filter(({ phase }) => phase !== 'repository' || !this.packages.isResolved),
    ...this.packages.problems,
  ]);
  isConnected = $state(true);
  finalizers = $state.raw<readonly Finalizer[]>([]);
  templates = $state.raw<readonly Template[]>([]);
  documentsFolder = $state('');
  carrier = $state<'electron' | 'browser'>('browser');

  constructor(main: Main) {
    this.main = main;
    const { notices, navigation } = this;
    this.session = new DocumentSession(main, notices, navigation, {
      onDocument: () => {
        this.packages.forget();
        this.stepSelection.select([0]);
      },
      onTarget: (target) => this.builds.follow(target),
      onSaving: () => this.builds.keepDecision(),
      // Failures are reported by the watch of the area.
      onSaved: () => void this.builds.refresh().catch(() => undefined),
    });
    this.hosts = new Hosts(main, notices, this.session);
    this.packages = new Packages(main, this.session, this.hosts);
    this.validation = new HostValidation(main, this.session, this.hosts);
    this.builds = new Builds(main, notices, navigation, this.session, this.hosts);
    this.sinceBuild = new SinceBuild(main, this.session, this.builds);
  }

  /**
   * Asks main for its version and platform, and opens a document.
   *
   * @param document the document to open; that with which main was started when missing
   */
  async start(document?: string): Promise<void> {
    await this.notices.attempt(async () => {
      this.hosts.follow();
      const info = await this.main.app.info();
      this.documentsFolder = info.documentsFolder;
      this.carrier = info.carrier;
      [this.finalizers, this.templates] = await Promise.all([this.main.scripts.palette(), this.main.templates.list()]);
      const first = document ?? info.startDocument;
      if (first !== undefined) await this.session.open(first);
      const { message } = await this.main.hosts.trouble();
      if (message !== undefined) this.notices.failed(message);
    });
  }
}
