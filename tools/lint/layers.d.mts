/** One program of the project, as the lint rules for imports see it. */
export interface Program {
  readonly bans: readonly string[];
  readonly others: readonly string[];
  readonly why: string;
  readonly layers: Readonly<Record<string, readonly string[]>>;
}
export declare const PROGRAMS: Readonly<Record<string, Program>>;
