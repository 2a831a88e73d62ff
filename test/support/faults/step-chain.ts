import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from '../engine';
import { treeManifest } from '../tree-manifest';

/** The steps of every chain, in order. */
export const CHAIN = ['a', 'b', 'c', 'd', 'e'] as const;

/** The editions of the steps that made a tree: `a 3,b 3,c 5,`. The tree itself has them in `pkg_image/history`. */
export type History = string;

/** A step that has started. Its checkpoint with this history had been taken before. */
export interface Begun {
  readonly step: string;
  readonly history: History;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * The script of each step: `sh body NAME EDITION PKG_IMAGE`. All times are one fixed time, so that a tree depends only
 * on its history, and neither time nor size shows that a file has changed.
 */
const BODY = `set -e
umask 022
cd "$3/.."
i=pkg_image
echo "$1 $2" >>$i/history
mkdir -p $i/$1/sub
n=0
while [ $n -lt 12 ]; do echo "$1 $2 $n" >$i/$1/file-$n; n=$((n + 1)); done
yes "$1 $2" | head -c 150000 >$i/$1/big
: >$i/$1/empty
ln $i/$1/file-1 $i/$1/sub/linked
ln -s ../file-$2 $i/$1/sub/link-$2
echo "$1 $2" >boot_archive/last
mkdir -p tmp/$1
[ $1 = a ] || { rm -rf tmp/a; echo "by $1 $2" >>$i/a/file-2; echo "by $1 $2" >>$i/a/sub/linked; }
for earlier in $i/*/file-5; do [ $earlier = $i/$1/file-5 ] || rm $earlier; done
[ $1 != c ] || mv $i/b/sub $i/moved
[ $1 != d ] || { rm $i/c/file-7; mkdir $i/c/file-7; chmod 0710 $i/c/file-7; }
truncate -s 2M $i/$1/sparse
chmod 4755 $i/$1/file-3
chmod 0640 $i/$1/file-4
setfattr -n user.step -v "$1-$2" $i/$1/file-4 2>/dev/null || :
if [ "$(id -u)" = 0 ]; then
  chown $((1000 + $2)):2000 $i/$1/file-6
  setcap cap_net_raw=ep $i/$1/file-6 2>/dev/null || :
  mknod $i/$1/null c 1 3
fi
find . -newermt @1700000000 -exec touch -h -d @1600000000 {} +
`;

/**
 * A project whose checkpoints can be judged without the engine: each tree has its history in it, and running the same history in a plain
 * folder gives the tree that it has to be.
 */
export class StepChain {
  readonly #state: string;
  readonly #replayed = new Map<History, readonly string[]>();

  constructor(
    private readonly project: TestProject,
    area: string,
    private readonly keepsXattrs: boolean,
  ) {
    this.#state = join(project.folder, 'state');
    mkdirSync(this.#state);
    writeFileSync(join(this.#state, 'body'), BODY);
    writeFileSync(join(this.#state, 'begun'), '');
    this.edition = 1;
    project.write({ steps: CHAIN.map((name) => ({ name })), area });
    for (const name of CHAIN) this.#writeScript(name);
    for (const path of ['state', 'state/body', 'state/begun', 'scripts', ...CHAIN.map((name) => `scripts/${name}`)])
      this.#give(join(project.folder, path));
  }

  /** Sets the edition that later steps write into the tree. */
  set edition(edition: number) {
    writeFileSync(join(this.#state, 'edition'), `${edition}\n`);
    this.#give(join(this.#state, 'edition'));
  }

  /** The checkpoints that were taken, in order, with the trees that the steps after them found. */
  begun(): Begun[] {
    return readFileSync(join(this.#state, 'begun'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [step = '', at = '', history = ''] = line.split('|');
        return { step, history, at: Number(at) };
      });
  }

  /** The history of a tree of build data. */
  historyOf(buildData: string): History {
    const file = join(buildData, 'pkg_image/history');
    return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\n', ',') : '';
  }

  /** Whether a history is that of the tree before a step: every earlier step, in order. */
  isBefore(step: string, history: History): boolean {
    const names = history.split(',').filter(Boolean);
    const expected = CHAIN.slice(0, (CHAIN as readonly string[]).indexOf(step));
    return names.length === expected.length && names.every((entry, n) => entry.split(' ')[0] === expected[n]);
  }

  /** Makes the tree of a history by running its steps in a plain folder. */
  async expected(history: History): Promise<readonly string[]> {
    const known = this.#replayed.get(history);
    if (known) return known;
    const folder = join(this.#state, 'replay');
    rmSync(folder, { recursive: true, force: true });
    const pkgImage = join(folder, 'pkg_image');
    for (const path of [folder, pkgImage, join(folder, 'tmp'), join(folder, 'boot_archive')]) {
      mkdirSync(path);
      chmodSync(path, 0o755);
      this.#give(path);
    }
    let part = '';
    this.#replayed.set(part, await this.manifest(folder));
    for (const entry of history.split(',').filter(Boolean)) {
      const [name = '', edition = ''] = entry.split(' ');
      execFileSync('/bin/sh', [join(this.#state, 'body'), name, edition, pkgImage], this.project.user ?? {});
      part += `${entry},`;
      if (!this.#replayed.has(part)) this.#replayed.set(part, await this.manifest(folder));
    }
    return this.#replayed.get(history) ?? [];
  }

  /** The compared parts of a tree: everything, except times when no step has run yet. */
  async manifest(buildData: string): Promise<string[]> {
    const lines = await treeManifest(buildData, { ignoreXattrs: !this.keepsXattrs });
    return this.historyOf(buildData) === '' ? lines.map((line) => line.replace(/ mtime=-?\d+/, '')) : lines;
  }

  /** Restores an earlier record, for example when an earlier disk is mounted again. */
  resetRecord(begun: readonly Begun[]): void {
    const lines = begun.map(({ step, at, history }) => `${step}|${at}|${history}\n`);
    writeFileSync(join(this.#state, 'begun'), lines.join(''));
  }

  #writeScript(name: string): void {
    const path = join(this.project.folder, 'scripts', name);
    writeFileSync(
      path,
      `#!/bin/sh
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
history=
[ ! -e "$2/history" ] || while read -r line; do history="$history$line,"; done <"$2/history"
echo "${name}|$(date +%s%3N)|$history" >>'${this.#state}/begun'
echo "begun ${name}" >&2
read -r edition <'${this.#state}/edition'
exec /bin/sh '${this.#state}/body' ${name} "$edition" "$2"
`,
    );
    chmodSync(path, 0o755);
  }

  #give(path: string): void {
    const { user } = this.project;
    if (user) chownSync(path, user.uid, user.gid);
  }
}
