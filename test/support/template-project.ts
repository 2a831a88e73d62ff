import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestProject } from './engine';
import { root } from './markdown';

/**
 * The manifest of the template tiny-linux, with short steps of the same names.
 *
 * @param bodies shell lines of steps, by their names
 */
export function templateProject(bodies: Readonly<Record<string, string>> = {}): TestProject {
  const project = new TestProject();
  const manifest = join(project.folder, 'manifest.xml');
  copyFileSync(join(root, 'resources/templates/tiny-linux/manifest.xml'), manifest);
  project.edit((text) => text.replace('/var/tmp/slipway/tiny-linux', project.area));
  for (const [, name = ''] of readFileSync(manifest, 'utf8').matchAll(/name="scripts\/(.*?)"/g))
    project.script(name, bodies[name]);
  return project;
}
