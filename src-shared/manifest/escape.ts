/** Escapes text for a place between tags. `>` only where it would end something (`]]>`). */
export function escapeText(text: string): string {
  return forXml(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll(']]>', ']]&gt;');
}

/** Escapes a value for an attribute with these quotes. Tabs and line ends are escaped as well, because a parser turns them into spaces. */
export function escapeAttribute(value: string, quote: '"' | "'" = '"'): string {
  return forXml(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('\t', '&#9;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\r', '&#13;')
    .replaceAll(quote, quote === '"' ? '&quot;' : '&apos;');
}

/** Without the characters that XML has no way to write (control characters, half surrogates). */
function forXml(text: string): string {
  const controls = /[\p{Cc}\p{Cs}\ufffe\uffff]/gu;
  return text.replace(controls, (character) => (/[\t\n\r\u0080-\u009f\u007f]/.test(character) ? character : ''));
}
