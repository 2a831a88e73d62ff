import type { contract } from '../../src-shared/rpc-contract';
import type { InferContractRouterInputs, InferContractRouterOutputs } from '@orpc/contract';

type Inputs = InferContractRouterInputs<typeof contract>;
type Outputs = InferContractRouterOutputs<typeof contract>;

/** What a call gets besides its input. */
export interface CallContext {
  /** Aborts when the window cancels the call or closes. */
  readonly signal?: AbortSignal | undefined;
}

/** An event iterator is served as a generator; the carrier converts it. */
type Served<Output> = Output extends AsyncIterator<infer Event, unknown, unknown> ? AsyncGenerator<Event> : Output;

type Service<G extends keyof Inputs & keyof Outputs> = {
  [Name in keyof Inputs[G] & keyof Outputs[G]]: (
    input: Inputs[G][Name],
    context: CallContext,
  ) => Promise<Served<Outputs[G][Name]>>;
};

/** Documents, scripts, templates and exports, independent of the carrier. */
export interface DocumentServices {
  readonly documents: Service<'documents'>;
  readonly scripts: Service<'scripts'>;
  readonly templates: Service<'templates'>;
  readonly accounts: Service<'accounts'>;
  readonly exporting: Service<'exporting'>;
}

/** Services of the carrier: the window, its menus, the system's dialogs. */
export interface WindowServices {
  readonly app: Service<'app'>;
  readonly dialogs: Service<'dialogs'>;
}

/** A service of one build host, whose calls do not name the host. */
type HostService<G extends keyof Inputs & keyof Outputs> = {
  [Name in keyof Inputs[G] & keyof Outputs[G]]: (
    input: Omit<Inputs[G][Name], 'host'>,
    context: CallContext,
  ) => Promise<Served<Outputs[G][Name]>>;
};

/** Builds on one host, their logs, checkpoints, outputs, packages and support bundles. */
export interface BuildServices {
  readonly builds: HostService<'builds'>;
  readonly logs: HostService<'logs'>;
  readonly inside: HostService<'inside'>;
  readonly shell: HostService<'shell'>;
  readonly media: HostService<'media'>;
  readonly packages: HostService<'packages'>;
  readonly support: HostService<'support'>;
}

/** The same for all hosts. Each call names its host. */
export type RoutedBuildServices = { readonly [G in keyof BuildServices]: Service<G> };

/** The host book, connections, and questions to the user. */
export interface HostServices {
  readonly hosts: Service<'hosts'>;
}

/** Whether the scripts of a document may run. */
export interface TrustServices {
  readonly trust: Service<'trust'>;
}

/** All services for the window. */
export type Services = TrustServices & DocumentServices & RoutedBuildServices & HostServices & WindowServices;
