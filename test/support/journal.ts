import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The whole records of an area's newest journal. */
export function newestRecords(area: string): Record<string, unknown>[] {
  const logs = join(area, 'logs');
  const name = readdirSync(logs)
    .filter((file) => file.endsWith('.jsonl'))
    .sort()
    .at(-1);
  if (name === undefined) return [];
  return readFileSync(join(logs, name), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
