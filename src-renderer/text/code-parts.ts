/**
 * Parts of a message at its backticks: every second one is code. A message with a backtick that has no partner is one part, because
 * the backtick belongs to a name.
 */
export function codeParts(message: string): string[] {
  const parts = message.split('`');
  return parts.length % 2 === 1 ? parts : [message];
}

/** A message without the backticks around its code, for tooltips and screen readers. */
export function withoutBackticks(message: string): string {
  return codeParts(message).join('');
}
