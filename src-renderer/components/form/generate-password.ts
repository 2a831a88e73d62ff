/** Letters and digits that are not taken for others, on every keyboard layout the same but for y and z. */
const ALPHABET = 'abcdefghijkmnpqrstuvwx23456789';
const GROUPS = 4;
const GROUP_LETTERS = 5;

/** A random password of 98 bits that can be read aloud and typed: four groups of five letters and digits. */
export function generatePassword(): string {
  const letters = Array.from({ length: GROUPS * GROUP_LETTERS }, randomLetter).join('');
  return Array.from({ length: GROUPS }, (_, at) => letters.slice(at * GROUP_LETTERS, (at + 1) * GROUP_LETTERS)).join(
    '-',
  );
}

/** Each letter is as likely as the others: numbers that would favour the first ones are drawn again. */
function randomLetter(): string {
  const limit = 256 - (256 % ALPHABET.length);
  for (;;) {
    const [number = 0] = crypto.getRandomValues(new Uint8Array(1));
    if (number < limit) return ALPHABET.charAt(number % ALPHABET.length);
  }
}
