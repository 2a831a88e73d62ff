import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import SSHConfig, { type Section } from 'ssh-config';
import { namesOf } from '../../src-main/host-book/config-files';
import { fits } from '../../src-main/host-book/patterns';

/**
 * The names that `aliasesOf` suggests, returned at once: a fault case prints them without waiting. Only its last part
 * has patterns of `Include`.
 */
export function aliasesNow({ file = join(homedir(), '.ssh/config') }: { readonly file?: string } = {}): string[] {
  return [...new Set(namesBelow(file))];
}

function namesBelow(file: string): string[] {
  const names: string[] = [];
  const visit = (lines: SSHConfig): void => {
    for (const line of lines) {
      if (!('param' in line)) continue;
      const values = typeof line.value === 'string' ? [line.value] : line.value.map(({ val }) => val);
      if (/^include$/i.test(line.param)) names.push(...values.flatMap(filesOf).flatMap(namesBelow));
      else if ('config' in line) {
        names.push(...namesOf(line as Section));
        visit((line as Section).config);
      }
    }
  };
  visit(SSHConfig.parse(readFileSync(file, 'utf8')));
  return names;
}

function filesOf(pattern: string): string[] {
  const at = pattern.replace(/^~(?=\/)/, homedir());
  const path = isAbsolute(at) ? at : join(homedir(), '.ssh', at);
  const folder = dirname(path);
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name))
      .filter((one) => fits(one, [path]));
  } catch {
    return [];
  }
}
