/** Compressed files, by their first bytes: the format, and the command that decompresses them. */
const COMPRESSED: readonly { readonly begin: readonly number[]; readonly format: string; readonly command: string }[] =
  [
    { begin: [0x1f, 0x8b], format: 'gzip', command: 'gzip -d' },
    { begin: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], format: 'xz', command: 'xz -d' },
    { begin: [0x28, 0xb5, 0x2f, 0xfd], format: 'zstd', command: 'zstd -d' },
    { begin: [0x42, 0x5a, 0x68], format: 'bzip2', command: 'bzip2 -d' },
    { begin: [0x50, 0x4b, 0x03, 0x04], format: 'zip', command: 'unzip' },
  ];

/** The format of a compressed file and the command that decompresses it; `undefined` for another file. */
export function compressionOf(bytes: Uint8Array): { readonly format: string; readonly command: string } | undefined {
  return COMPRESSED.find(({ begin }) => begin.every((byte, at) => bytes[at] === byte));
}

/**
 * The sentence for a text that does not begin as XML: what it probably is, and how a manifest begins. `undefined` for one
 * that does, and for an empty text.
 */
export function notXmlMessage(text: string): string | undefined {
  const begin = text
    .slice(0, 4096)
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (begin === '' || begin.startsWith('<')) return undefined;
  const format = formatOf(begin);
  return `this is not XML${format === undefined ? '' : ` but probably ${format}`}; a manifest begins with <?xml or <distribution`;
}

function formatOf(begin: string): string | undefined {
  if (/^(\{|\[\s*["{[\d])/.test(begin)) return 'JSON';
  if (begin.startsWith('#!')) return 'a script';
  const line = begin.split('\n').find((one) => one.trim() !== '' && !one.startsWith('#')) ?? '';
  if (/^FROM\s+\S/.test(line)) return 'a Dockerfile';
  if (/^\[[^\]]+\]\s*$/.test(line)) return 'an INI or TOML file';
  return /^(---|%YAML|[\w.-]+:(\s|$)|- )/.test(line) ? 'YAML' : undefined;
}
