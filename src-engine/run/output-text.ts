const MIN_BINARY_BYTES = 4096;
const MAX_CONTROL_SHARE = 0.1;
const PRINTABLE = 0x20;
const TAB = 0x09;
const RETURN = 0x0d;
const ESCAPE = 0x1b;

/**
 * A line of output for the journal. A long piece of binary data is replaced by a description, because JSON writes each
 * of its bytes as up to six; the detail log has the bytes.
 */
export function outputText(line: Buffer): string {
  if (line.length >= MIN_BINARY_BYTES && isBinary(line)) return `(${line.length} bytes of binary data)`;
  return line.toString('utf8');
}

function isBinary(bytes: Buffer): boolean {
  let controls = 0;
  for (const byte of bytes) if (byte < PRINTABLE && byte !== TAB && byte !== RETURN && byte !== ESCAPE) controls++;
  return controls > bytes.length * MAX_CONTROL_SHARE;
}
