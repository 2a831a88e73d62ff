// Connects from an entry of the host book, with OpenSSH's own server and the same code as the window.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { connectOptions, type ConnectTools } from '../../src-main/host-book/connect-options';
import { Secrets, type Keychain } from '../../src-main/host-book/secrets';
import { Questions, type UserAnswer } from '../../src-main/host-book/questions';
import { connectHost } from '../../src-main/ssh-connections/connect-host';
import type { ConnectedHost } from '../../src-main/ssh-connections/host-link';
import type { HostQuestion } from '../../src-shared/rpc/hosts';
import type { HostEntry } from '../../src-shared/hosts/model';
import { ENGINE } from '../support/build-host';
import { runTool, hasTool } from '../support/run-tool';
import { entryOf } from '../support/ssh-host';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd';
import { temporaryUser, type TemporaryUser } from '../support/temp-user';

const reason = lacksSshd();

const title = reason ? ` (${reason})` : '';

describe.skipIf(reason !== undefined).each(['built-in', 'ssh'] as const)(
  `a host of the book, by the client %s${title}`,
  (client) => {
    let server: SshServer;
    let user: TemporaryUser;
    let home: string;
    let tools: ConnectTools;
    let asked: HostQuestion[];
    /** The user's answers, by the kind of question. */
    let answerOf: (question: HostQuestion) => UserAnswer | undefined;

    beforeAll(async () => {
      user = temporaryUser();
      server = await startSshd('PasswordAuthentication yes', 'PermitRootLogin yes');
    });
    afterAll(async () => {
      await server?.stop();
      user?.remove();
    });
    beforeEach(() => {
      home = mkdtempSync(join(tmpdir(), 'slipway-login-'));
      // One home for all accounts of the server: what the last one left there is not the next one's to write.
      rmSync(join(server.folder, 'home/.local'), { recursive: true, force: true });
      writeFileSync(join(home, 'ssh_config'), '');
      asked = [];
      answerOf = () => ({ answers: ['yes'], remember: false });
      const questions = new Questions();
      tools = {
        questions,
        secrets: new Secrets(home, undefined),
        state: home,
        config: { file: join(home, 'ssh_config') },
      };
      const ending = new AbortController();
      onTestFinished(() => ending.abort());
      void (async () => {
        for await (const open of questions.watch(ending.signal)) {
          const [first] = open;
          if (!first) continue;
          asked.push(first.question);
          questions.answer(first.id, answerOf(first.question));
        }
      })();
    });
    afterEach(() => rmSync(home, { recursive: true, force: true }));

    const entry = (more: Partial<HostEntry>): HostEntry =>
      entryOf('host', { port: server.port, user: 'root', client, ...more });
    async function reach(more: Partial<HostEntry>): Promise<ConnectedHost> {
      const { signal } = new AbortController();
      const reached = await connectHost(entry(more), ENGINE, (one) => connectOptions(one, tools, signal))(
        () => undefined,
        signal,
      );
      onTestFinished(() => reached.transport.close());
      return reached;
    }
    const kinds = (): string[] => asked.map(({ kind }) => kind);

    it('accepts a login by key after the user has accepted the fingerprint, and the next login asks nothing', async () => {
      const { facts } = await reach({ keys: [server.key] });
      expect(facts).toMatchObject({ system: 'Linux', user: 'root', root: 'root', engine: 'slipway' });
      expect(facts.hostKey).toEqual({ type: 'ssh-ed25519', fingerprint: server.fingerprint });
      expect(asked).toMatchObject([{ kind: 'host-key', fingerprint: server.fingerprint }]);
      await reach({ keys: [server.key] });
      expect(kinds()).toEqual(['host-key']);
    });

    it('gets nothing when the user does not accept its key', async () => {
      answerOf = () => undefined;
      await expect(reach({ keys: [server.key] })).rejects.toMatchObject({ code: 'cancelled' });
      expect(existsSync(join(home, 'known_hosts'))).toBe(false);
    });

    it('accepts a password, which is not asked for again while the app runs', async () => {
      let attempts = 0;
      answerOf = ({ kind }) =>
        kind === 'host-key'
          ? { answers: ['yes'], remember: false }
          : { answers: [attempts++ === 0 ? 'wrong' : user.password], remember: true };
      const own = { user: user.name, password: true, root: 'none' as const };
      await reach(own);
      expect(asked.slice(1)).toMatchObject([
        { kind: 'password', user: user.name, attempt: 1, canRemember: false },
        { kind: 'password', attempt: 2 },
      ]);
      await reach(own);
      expect(kinds()).toEqual(['host-key', 'password', 'password']);
      // No keychain: not a trace of it on the disk.
      for (const file of readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()))
        expect(readFileSync(join(file.parentPath, file.name), 'utf8')).not.toContain(user.password);
    });

    it('accepts the password that the keychain has kept; a wrong one is asked for again', async () => {
      // The system's keychain needs a desktop session, which tests do not have. This one only reverses the text.
      const turn = (text: string): string => [...text].reverse().join('');
      const keychain: Keychain = {
        isEncryptionAvailable: () => true,
        encryptString: (text) => Buffer.from(turn(text)),
        decryptString: (bytes) => turn(bytes.toString()),
      };
      const startApp = (): void => void (tools = { ...tools, secrets: new Secrets(home, keychain) });
      const own = { user: user.name, password: true, root: 'none' as const };
      answerOf = ({ kind }) => ({ answers: [kind === 'host-key' ? 'yes' : user.password], remember: true });
      startApp();
      await reach(own);
      expect(asked).toMatchObject([{ kind: 'host-key' }, { kind: 'password', attempt: 1, canRemember: true }]);

      startApp();
      await reach(own);
      expect(kinds()).toEqual(['host-key', 'password']);

      const kept = JSON.parse(readFileSync(join(home, 'secrets.json'), 'utf8')) as Record<string, string>;
      const wrong = Object.keys(kept).map((key) => [key, keychain.encryptString('old').toString('base64')]);
      writeFileSync(join(home, 'secrets.json'), JSON.stringify(Object.fromEntries(wrong)));
      startApp();
      await reach(own);
      expect(asked.slice(2)).toMatchObject([{ kind: 'password', attempt: 2 }]);
      startApp();
      await reach(own);
      expect(asked).toHaveLength(3);
    });

    it('leaves no password behind that it has not accepted', async () => {
      answerOf = ({ kind }) => ({ answers: [kind === 'host-key' ? 'yes' : 'wrong'], remember: true });
      const own = { user: user.name, password: true };
      await expect(reach(own)).rejects.toMatchObject({ code: 'refused' });
      await expect(reach(own)).rejects.toMatchObject({ code: 'refused' });
      // Asked three times in each attempt, and only the typed passwords were tried.
      expect(kinds()).toEqual(['host-key', ...Array<string>(6).fill('password')]);
      expect(asked.slice(1).map((one) => one.kind === 'password' && one.attempt)).toEqual([1, 2, 3, 1, 2, 3]);
    });

    it('gets the accepted password when it asks by itself (PAM); after a wrong one the user is asked again', async () => {
      const asking = await startSshd('KbdInteractiveAuthentication yes', 'UsePAM yes');
      onTestFinished(() => asking.stop());
      const own = { port: asking.port, user: user.name, password: true, root: 'none' as const };
      let attempts = 0;
      answerOf = ({ kind }) => ({
        answers: [kind === 'host-key' ? 'yes' : attempts++ === 0 ? 'wrong' : user.password],
        remember: false,
      });
      await reach(own);
      await reach(own);
      expect(asked).toMatchObject([
        { kind: 'host-key' },
        { kind: 'password', user: user.name, attempt: 1 },
        { kind: 'password', user: user.name, attempt: 2 },
      ]);
    });

    it('accepts a key with a passphrase', async () => {
      const locked = server.addKey('locked', 'open sesame');
      answerOf = ({ kind }) => ({ answers: [kind === 'host-key' ? 'yes' : 'open sesame'], remember: false });
      await reach({ keys: [locked] });
      await reach({ keys: [locked] });
      expect(kinds()).toEqual(['host-key', 'passphrase']);
    });

    it.skipIf(!hasTool('ssh-agent'))('accepts the agent that the SSH configuration names', async () => {
      const socket = join(home, 'agent');
      const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
      onTestFinished(async () => {
        agent.kill();
        await once(agent, 'exit');
      });
      await once(agent.stdout, 'data');
      runTool('env', `SSH_AUTH_SOCK=${socket}`, 'ssh-add', '-q', server.key);
      writeFileSync(join(home, 'ssh_config'), `Host *\n  IdentityAgent ${socket}\n  IdentityFile ${home}/none\n`);
      await reach({ agent: true });
      // Only the named key is offered, by its public half, and no other key of the agent.
      const named = `Host *\n  IdentityAgent ${socket}\n  IdentitiesOnly yes\n  IdentityFile`;
      writeFileSync(join(home, 'key.pub'), readFileSync(`${server.key}.pub`));
      writeFileSync(join(home, 'ssh_config'), `${named} ${home}/key.pub\n`);
      await reach({ agent: true });
      writeFileSync(join(home, 'key.pub'), readFileSync(join(server.folder, 'host.pub')));
      await expect(reach({ agent: true })).rejects.toMatchObject({ code: 'refused' });
      writeFileSync(join(home, 'ssh_config'), `Host *\n  IdentityAgent ${socket}\n  IdentityFile ${home}/none\n`);
      await expect(reach({ agent: false })).rejects.toMatchObject({ code: 'refused' });
    });

    it('is reached through the jump host of the SSH configuration, each known by its own name', async () => {
      const inner = await startSshd();
      onTestFinished(() => inner.stop());
      writeFileSync(
        join(home, 'ssh_config'),
        `Host inside
  HostName 127.0.0.1
  Port ${inner.port}
  IdentityFile ${inner.key}
  ProxyJump gate
Host gate
  HostName localhost
  Port ${server.port}
  IdentityFile ${server.key}
Host *
  User root
`,
      );
      const { facts } = await reach({ address: 'inside', port: undefined, user: undefined });
      expect(facts.hostKey?.fingerprint).toBe(inner.fingerprint);
      expect(asked.map((one) => (one.kind === 'host-key' ? one.fingerprint : one.kind))).toEqual([
        server.fingerprint,
        inner.fingerprint,
      ]);
    });

    it('is refused before anything is sent when its way goes in circles, or needs a command and the built-in client is chosen', async () => {
      writeFileSync(
        join(home, 'ssh_config'),
        'Host a\n  ProxyJump b\nHost b\n  ProxyJump a\nHost c\n  ProxyCommand nc x\n',
      );
      await expect(reach({ address: 'a' })).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringContaining('again'),
      });
      await expect(reach({ address: 'c', client: 'built-in' })).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringContaining('ProxyCommand'),
      });
    });
  },
);
