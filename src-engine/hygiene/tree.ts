/** A file of an image. */
export interface ImageFile {
  /** Relative to the root of its tree, without a leading slash. */
  readonly path: string;
  readonly kind: 'file' | 'other';
  /** In bytes. */
  readonly size: number;
}

/** A root file system, or a boot archive, inside of an image. */
export interface ImageTree {
  /** The name of the tree in the image: `live/filesystem.squashfs`. */
  readonly name: string;
  readonly files: readonly ImageFile[];
  /** Reads a file's first bytes as text. */
  read(path: string, maxBytes: number): Promise<string>;
}

/** A path as the rules have it: without `./` and slashes at its beginning. */
export const plainPath = (path: string): string => path.replace(/^(?:\.?\/)+/, '');
