import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { connectOptions } from '../../src-main/host-book/connect-options';
import { Questions } from '../../src-main/host-book/questions';
import { Secrets } from '../../src-main/host-book/secrets';
import { createSshTransport, type SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import { AppError } from '../../src-shared/errors';
import type { HostEntry } from '../../src-shared/hosts/model';
import { entryOf } from './ssh-host';

/** How a login ended. */
export interface Outcome {
  readonly end: 'in' | 'refused' | 'waits';
  /** What the program printed, or the message and hint of the error. */
  readonly text: string;
  /** The client of ours that connected. */
  readonly client?: string;
  /** What the user was asked. */
  readonly asked?: readonly string[];
}

/** One SSH configuration, tried by the `ssh` command and by Slipway: the host is named `t`. */
export class SshBeside {
  readonly folder: string;
  readonly #file: string;

  /** @param config the text of ~/.ssh/config; `KNOWN` in it is a file of known hosts with the text `known` */
  constructor(config: string, known: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'slipway-beside-'));
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
    chmodSync(this.folder, 0o755);
    this.#file = join(this.folder, 'config');
    const knownHosts = join(this.folder, 'known_hosts');
    writeFileSync(knownHosts, known);
    const all = `Host *\n  UserKnownHostsFile ${knownHosts}\n  GlobalKnownHostsFile none\n  StrictHostKeyChecking yes\n`;
    writeFileSync(this.#file, `${config.replaceAll('CONFIG', this.#file)}\n${all}`, { mode: 0o600 });
  }

  /** Logs in by the `ssh` command and runs `true`. `agent` is the value of SSH_AUTH_SOCK. */
  async byCommand(agent: string | undefined): Promise<Outcome> {
    const { SSH_AUTH_SOCK: _, ...env } = process.env;
    const child = spawn('ssh', ['-F', this.#file, '-o', 'BatchMode=yes', 't', 'true'], {
      env: { ...env, ...(agent !== undefined && { SSH_AUTH_SOCK: agent }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    const [code] = (await once(child, 'close')) as [number];
    return { end: code === 0 ? 'in' : 'refused', text: text.trim() };
  }

  /** Logs in as the window does, and runs `use`; by default `true`. */
  async byUs(
    agent: string | undefined,
    more: Partial<HostEntry> = {},
    use: (transport: SshTransport) => Promise<void> = async (transport) => void (await transport.run(['true'])),
  ): Promise<Outcome> {
    vi.stubEnv('SSH_AUTH_SOCK', agent);
    const asked: string[] = [];
    const questions = new Questions();
    const ending = new AbortController();
    void (async () => {
      for await (const [first] of questions.watch(ending.signal)) {
        if (!first) continue;
        asked.push(first.question.kind);
        questions.answer(first.id, undefined);
      }
    })();
    const tools = { questions, secrets: new Secrets(this.folder, undefined), state: join(this.folder, 'state') };
    try {
      const entry = entryOf('t', { address: 't', agent: true, ...more });
      const options = await connectOptions(entry, { ...tools, config: { file: this.#file } });
      const transport = await createSshTransport(options);
      try {
        await use(transport);
        return { end: 'in', text: '', client: transport.client.name, asked };
      } finally {
        transport.close();
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { end: 'refused', text: `${error.message} ${error.hint ?? ''}`, asked };
    } finally {
      ending.abort();
      vi.unstubAllEnvs();
    }
  }
}
