import type { contract } from '../../src-shared/rpc-contract';
import type { InferContractRouterInputs, InferContractRouterOutputs } from '@orpc/contract';

type Inputs = InferContractRouterInputs<typeof contract>;
type Outputs = InferContractRouterOutputs<typeof contract>;

/** What a call may use besides its input. */
export interface CallContext {
  /** Aborted when the window gives the call up or goes away. */
  readonly signal?: AbortSignal | undefined;
}

/** An event iterator is served as a generator; what the contract makes of it is the carrier's affair. */
type Served<Output> = Output extends AsyncIterator<infer Event, unknown, unknown> ? AsyncGenerator<Event> : Output;

type Service<G extends keyof Inputs & keyof Outputs> = {
  [Name in keyof Inputs[G] & keyof Outputs[G]]: (
    input: Inputs[G][Name],
    context: CallContext,
  ) => Promise<Served<Outputs[G][Name]>>;
};

/** Documents, scripts, templates and exports: plain functions that know no carrier. */
export interface DocumentServices {
  readonly documents: Service<'documents'>;
  readonly scripts: Service<'scripts'>;
  readonly templates: Service<'templates'>;
  readonly exporting: Service<'exporting'>;
}

/** What the carrier gives: the window, its menus, the system's dialogs. */
export interface WindowServices {
  readonly app: Service<'app'>;
  readonly dialogs: Service<'dialogs'>;
}

/** A service of one build host: its calls need not say which. */
type HostService<G extends keyof Inputs & keyof Outputs> = {
  [Name in keyof Inputs[G] & keyof Outputs[G]]: (
    input: Omit<Inputs[G][Name], 'host'>,
    context: CallContext,
  ) => Promise<Served<Outputs[G][Name]>>;
};

/** Builds on one host, their logs, what is in their checkpoints, what came of them, their packages, and help with them. */
export interface BuildServices {
  readonly builds: HostService<'builds'>;
  readonly logs: HostService<'logs'>;
  readonly inside: HostService<'inside'>;
  readonly shell: HostService<'shell'>;
  readonly media: HostService<'media'>;
  readonly packages: HostService<'packages'>;
  readonly support: HostService<'support'>;
}

/** The same for all hosts: each call says on which. */
export type RoutedBuildServices = { readonly [G in keyof BuildServices]: Service<G> };

/** The host book, connections, and what hosts ask a person. */
export interface HostServices {
  readonly hosts: Service<'hosts'>;
}

/** Whether the scripts of a document may run. */
export interface TrustServices {
  readonly trust: Service<'trust'>;
}

/** Everything that the window can ask for. */
export type Services = TrustServices & DocumentServices & RoutedBuildServices & HostServices & WindowServices;
