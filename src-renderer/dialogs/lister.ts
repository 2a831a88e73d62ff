/** A folder's content. */
export interface Listing {
  readonly folder: string;
  readonly parent?: string | undefined;
  readonly entries: readonly {
    readonly name: string;
    readonly path: string;
    readonly kind: 'folder' | 'manifest' | 'file';
  }[];
}

/** Where files are chosen from. */
export interface Lister {
  /** The folder that is shown first. */
  readonly start: string;
  list(folder: string): Promise<Listing>;
}
