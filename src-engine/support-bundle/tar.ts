const BLOCK = 512;

/** A file of an archive. */
export interface TarEntry {
  /** At most 100 ASCII characters. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** A tar archive in the ustar format. All files get the same time. */
export function tar(entries: readonly TarEntry[], now: Date): Buffer {
  const blocks = entries.flatMap(({ name, content }) => {
    const body = Buffer.from(content as Uint8Array);
    return [header(name, body.length, now), body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(name: string, size: number, now: Date): Buffer {
  if (name.length > 100) throw new Error(`the name is too long for a tar header: ${name}`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number): void =>
    void block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  block.write(name, 0, 'latin1');
  octal(0o644, 100, 8);
  octal(0, 108, 8); // owner
  octal(0, 116, 8); // group
  octal(size, 124, 12);
  octal(Math.floor(now.getTime() / 1000), 136, 12);
  block.write('        0', 148, 'latin1'); // the checksum counts as blanks; a plain file
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
