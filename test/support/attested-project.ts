import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { statementAnswer, verifyAnswer, type VerifyAnswer } from '../../src-shared/engine-answers/provenance';
import { TestProject, type Ran } from './engine';

/** What a test checks of an answer of `verify`. */
export interface Verified {
  readonly code: number | null;
  readonly answer: VerifyAnswer | undefined;
  readonly stderr: string;
}

/** Uses the lock, and makes the list of packages that is compared with it. */
export const IM_POP =
  'echo "path manifest.lock" >>"$SLIPWAY_INPUTS"; mkdir -p "$2/var/lib/dpkg"; : >"$2/var/lib/dpkg/status"; echo base >"$2/base"';

/** A project whose last step makes `sample.iso` from an input, with a lock of packages as another input. */
export class AttestedProject extends TestProject {
  readonly image = join(this.area, 'media/sample.iso');
  readonly key = join(this.folder, 'keys/signing-key.pem');

  constructor() {
    super({
      steps: [
        { name: 'im-pop', body: IM_POP },
        { name: 'iso', body: 'cat "$2/base" scripts/motd >"$5/sample.iso"' },
      ],
    });
    onTestFinished(() => this.dispose());
    this.file('scripts/motd', 'Welcome\n');
    this.file('manifest.lock', LOCK);
    // Without an account's own key.
    this.env = { ...this.env, XDG_CONFIG_HOME: join(this.folder, 'config'), SSH_CONNECTION: undefined };
  }

  async built(...options: string[]): Promise<this> {
    const { code, stderr } = await this.build(...options);
    if (code !== 0) throw new Error(stderr);
    return this;
  }

  /** Documents that stand for those of `sbom`, whose image needs a file system. */
  withBills(sha256: string): void {
    for (const suffix of ['spdx', 'cdx'])
      writeFileSync(`${this.image}.${suffix}.json`, `${JSON.stringify({ name: 'sample.iso', sha256 })}\n`);
  }

  async stated() {
    const { code, stdout, stderr } = await this.run('statement', '--json', 'manifest.xml', 'sample.iso');
    expect([code, stderr]).toEqual([0, '']);
    return statementAnswer.parse(JSON.parse(stdout));
  }

  /** Builds, and publishes the image with its signed statement and documents in one folder, which it returns. */
  async published(): Promise<string> {
    await this.built();
    this.withBills((await this.stated()).sha256);
    const { statement } = await this.stated();
    await this.ok('keygen', this.key);
    await this.ok('sign', '--key', this.key, statement);
    const folder = join(this.folder, 'published');
    mkdirSync(folder);
    for (const name of ['', '.statement.json', '.intoto.jsonl', '.spdx.json', '.cdx.json'])
      cpSync(`${this.image}${name}`, join(folder, `sample.iso${name}`));
    for (const name of ['manifest.xml', 'manifest.lock', 'scripts'])
      cpSync(join(this.folder, name), join(folder, name), { recursive: true });
    return folder;
  }

  async ok(...args: string[]): Promise<Ran> {
    const ran = await this.run(...args);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    return ran;
  }

  async verified(folder: string, ...options: string[]): Promise<Verified> {
    const key = options.includes('--unsigned') ? [] : ['--key', this.key.replace('.pem', '.pub.pem')];
    const { code, stdout, stderr } = await this.run('verify', '--json', ...key, ...options, join(folder, 'sample.iso'));
    const answer = verifyAnswer.safeParse(stdout === '' ? undefined : JSON.parse(stdout));
    return { code, answer: answer.data, stderr };
  }
}

/** The parts that are different. */
export const differentParts = ({ answer }: Pick<Verified, 'answer'>): string[] =>
  (answer?.images ?? []).flatMap(({ parts }) =>
    parts.flatMap(({ part, state }) => (state === 'different' ? [part as string] : [])),
  );

const LOCK = `slipway-lock 1
installer apt
count 0
archive https://user:secret@archive.example.org/debian bookworm ${'0a'.repeat(32)} 2026-11-26T06:12:00Z
`;
