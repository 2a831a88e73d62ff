import type { ProcessEntry } from '../system/process-list';

/** Names of processes for a sentence, each once: `gpg-agent and 3 x sleep`. */
export function processNames(processes: readonly ProcessEntry[]): string {
  const counts = new Map<string, number>();
  for (const { name } of processes) counts.set(name, (counts.get(name) ?? 0) + 1);
  const names = [...counts].map(([name, count]) => (count === 1 ? name : `${count} x ${name}`));
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}
