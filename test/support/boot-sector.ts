// The smallest image that a PC boots: one sector of machine code, which the BIOS loads to 0x7C00 and jumps to.

const SECTOR = 512;
/** The BIOS does not boot a stick of one sector. */
const IMAGE = 1024 * 1024;

/** Sends AL for each byte at SI to the first serial line, until a zero; then continues behind the code. */
const PRINT = [
  ...[0x31, 0xc0], //       xor ax, ax
  ...[0x8e, 0xd8], //       mov ds, ax
  0xfc, //                  cld
  ...[0xbe, 0x00, 0x7d], // mov si, 0x7D00: the text, in the sector's second half
  ...[0xba, 0xf8, 0x03], // mov dx, 0x3F8: COM1
  0xac, //            next: lodsb
  ...[0x84, 0xc0], //       test al, al
  ...[0x74, 0x03], //       jz done
  0xee, //                  out dx, al
  ...[0xeb, 0xf8], //       jmp next
]; //                 done:

const AFTERWARDS = {
  /** Does nothing forever: `hlt`, and a jump back to it. */
  stay: [0xf4, 0xeb, 0xfd],
  /** Asks the keyboard controller for a reset: 0xFE to port 0x64. */
  reset: [0xb0, 0xfe, 0xe6, 0x64, 0xf4, 0xeb, 0xfd],
};

/** An image that prints a text on its serial console. ASCII, at most 253 characters. */
export function bootSector(text: string, afterwards: keyof typeof AFTERWARDS = 'stay'): Buffer {
  const sector = Buffer.alloc(IMAGE);
  Buffer.from([...PRINT, ...AFTERWARDS[afterwards]]).copy(sector);
  sector.write(text, 0x100, 253, 'latin1');
  sector.writeUInt16LE(0xaa55, SECTOR - 2); // the BIOS boots only sectors with this mark
  return sector;
}
