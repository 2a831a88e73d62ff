import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { TestProject } from './engine';
import { root } from './markdown';

/** Package image of a few files, for steps of debian-live that would need a whole Debian. */
export interface StubImage {
  /** Files by their paths in the image. A file in a folder `bin` or `sbin` is executable. */
  readonly files?: Readonly<Record<string, string>>;
  /** Changes the template's manifest. */
  readonly edit?: (manifest: string) => string;
  /** Shell lines that are run in place of a command in the image; its arguments are `$@`. The default records them in `commands`. */
  readonly inImage?: string;
  /** Whether the step keeps its description, whose checks can refuse the build. */
  readonly isDescribed?: boolean;
}

/**
 * The template debian-live with one step that writes a stub image, and then one real step of the template. Commands in the image
 * (chroot) are recorded in `commands` of the project's folder.
 */
export function stubImageProject(
  step: string,
  { files = {}, edit = (text) => text, inImage = '', isDescribed = false }: StubImage,
): TestProject {
  const project = new TestProject();
  const template = join(root, 'resources/templates/debian-live');
  cpSync(join(template, 'scripts'), join(project.folder, 'scripts'), { recursive: true });
  if (!isDescribed) rmSync(join(project.folder, `scripts/${step}.meta.json`));
  const lines = Object.entries(files).map(([path, text]) => {
    const mode = /(^|\/)s?bin\//.test(path) ? '755' : '644';
    return `install -D -m ${mode} /dev/null "$2/${path}"\ncat >"$2/${path}" <<'END-OF-FILE'\n${text}\nEND-OF-FILE`;
  });
  project.script('fake', lines.join('\n'));
  const steps = ['fake', step].map((name) => `<script name="scripts/${name}"><checkpoint name="${name}"/></script>`);
  project.file(
    'manifest.xml',
    edit(
      readFileSync(join(template, 'manifest.xml'), 'utf8')
        .replace('/var/lib/slipway/debian-live', project.area)
        .replace(/<finalizer>.*<\/finalizer>/s, `<finalizer>${steps.join('')}</finalizer>`),
    ),
  );
  // A fake: the image has no programs, so a command in it is recorded.
  const bin = join(project.folder, 'stub-bin');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'unshare'),
    `#!/bin/sh
case " $* " in *' sh '*) ;; *) exit 0 ;; esac
while [ "$1" != sh ]; do shift; done
shift 5
[ "$1" != sh ] || shift 5
image=$1
shift
printf '%s\\n' "$*" >>"${join(project.folder, 'commands')}"
case $1 in chpasswd) cat >>"${join(project.folder, 'commands')}" ;; esac
${inImage}
exit 0
`,
    { mode: 0o755 },
  );
  project.env.PATH = [bin, project.env.PATH].join(delimiter);
  return project;
}
