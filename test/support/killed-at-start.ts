import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { TestProject } from './engine';
import { eventually } from './eventually';
import { runTool } from './run-tool';

/**
 * Starts a command of the engine, kills it when it starts a tool through `setpriv`, and lets `setpriv` continue only
 * when the engine has ended. Returns whether one of these tools has run nevertheless.
 */
export async function runsAfterKill(
  project: TestProject,
  args: readonly string[],
  ...tools: readonly string[]
): Promise<boolean> {
  const folder = join(project.folder, 'at-start');
  const [continued, ran] = [join(project.folder, 'continued'), join(project.folder, 'ran')];
  mkdirSync(folder);
  const scripts = {
    ...Object.fromEntries(tools.map((tool) => [tool, `echo >'${ran}'`])),
    setpriv: `kill -9 $PPID
while kill -0 $PPID 2>/dev/null; do sleep 0.01; done
'${runTool('which', 'setpriv').trim()}' "$@"
echo >'${continued}'`,
  };
  for (const [name, body] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  project.start('distro_const', args, { PATH: `${folder}:${project.env.PATH ?? ''}` });
  await eventually(() => expect(existsSync(continued)).toBe(true));
  return existsSync(ran);
}
