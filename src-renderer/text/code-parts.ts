/** A message can have a value of megabytes, which no line can show. */
const MAX_CHARACTERS = 2000;

/**
 * Parts of a message at its backticks: every second one is code. A message with a backtick that has no partner is one part, because
 * the backtick belongs to a name.
 */
export function codeParts(message: string): string[] {
  const text = message.length > MAX_CHARACTERS ? `${message.slice(0, MAX_CHARACTERS)}…` : message;
  const parts = text.split('`');
  return parts.length % 2 === 1 ? parts : [text];
}

/** A message without the backticks around its code, for tooltips and screen readers. */
export function withoutBackticks(message: string): string {
  return codeParts(message).join('');
}
