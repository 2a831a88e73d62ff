// Measures output and files over SSH by three ways in one process: both clients of ours, and the ssh command as it is. Runs in Node or in
// Electron's runtime. Prints megabytes per second as JSON.
import { execFileSync, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import type { BuildHost } from '../../src-main/build-hosts/build-host';
import { download } from '../../src-main/services/outputs/download';
import { createSshTransport, type SshTransport } from '../../src-main/transport/ssh/ssh-transport';
import type { SshServer } from './sshd';
import { bySystem, loginAt } from './ssh-login';

/** What the parent gives. */
export interface ThroughputJob {
  readonly server: Pick<SshServer, 'port' | 'folder' | 'key'>;
  /** The command that prints `bytes` bytes. */
  readonly print: string;
  readonly bytes: number;
  /** A file of `bytes` bytes on the host. */
  readonly file: string;
  /** A folder for copies. */
  readonly folder: string;
  readonly sent: number;
  readonly rounds: number;
}

/** Megabytes per second of each round, by what is measured and by way. */
export type Throughput = Record<'output' | 'download' | 'upload', Record<string, number[]>>;

async function measure(job: ThroughputJob): Promise<Throughput> {
  const { server, print, bytes, file, folder, sent, rounds } = job;
  const options = loginAt(server as SshServer);
  const ours: Record<string, SshTransport> = {
    'built-in': await createSshTransport(options),
    ssh: await createSshTransport(bySystem(options)),
  };
  const figures: Throughput = { output: {}, download: {}, upload: {} };
  const payload = randomFillSync(Buffer.alloc(sent));
  let copies = 0;

  async function timed(kind: keyof Throughput, way: string, size: number, run: () => Promise<number>): Promise<void> {
    // The disk still writes what the way before has copied.
    execFileSync('sync');
    const started = performance.now();
    const got = await run();
    if (got !== size) throw new Error(`${kind} by ${way}: ${got} of ${size} bytes`);
    (figures[kind][way] ??= []).push(size / 1e3 / (performance.now() - started));
  }
  const command = async (line: string, stdio: StdioOptions, input?: Buffer): Promise<number> => {
    const settings = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'BatchMode=yes'];
    const flags = ['-F', 'none', '-i', server.key, '-p', `${server.port}`, ...settings.flatMap((one) => ['-o', one])];
    const ssh = spawn('ssh', [...flags, 'root@127.0.0.1', line], { stdio });
    let size = 0;
    ssh.stdout?.on('data', (chunk: Buffer) => (size += chunk.length));
    if (input) ssh.stdin?.end(input);
    await once(ssh, 'close');
    return size;
  };

  const copy = (): string => join(folder, `copy-${copies++}`);
  /** Runs `use` with a new file, and returns its size. */
  async function sized(use: (path: string) => Promise<unknown>): Promise<number> {
    const path = copy();
    await use(path);
    const { size } = statSync(path);
    rmSync(path);
    return size;
  }

  const medium = { name: 'file', path: file, size: bytes, modified: 0, bootable: null };
  /** As an image is copied to this computer. */
  const downloadBy = (transport: SshTransport, path: string): Promise<string> =>
    download({ transport } as unknown as BuildHost, medium, path, () =>
      Promise.reject(new Error('it is not compared')),
    );

  // One after the other for each kind, so that a neighbour slows all.
  for (let round = 0; round < rounds; round++) {
    for (const [way, transport] of Object.entries(ours))
      await timed('output', way, bytes, async () => {
        let size = 0;
        for await (const chunk of (await transport.stream(['sh', '-c', print])).output) size += chunk.length;
        return size;
      });
    await timed('output', 'command', bytes, () => command(print, ['ignore', 'pipe', 'ignore']));
    for (const [way, transport] of Object.entries(ours))
      await timed('download', way, bytes, () => sized((path) => downloadBy(transport, path)));
    await timed('download', 'command', bytes, () =>
      sized(async (path) => {
        const target = openSync(path, 'wx');
        await command(`cat ${file}`, ['ignore', target, 'ignore']);
        closeSync(target);
      }),
    );
    for (const [way, transport] of Object.entries(ours))
      await timed('upload', way, sent, () => sized((path) => transport.send({ path, bytes: payload, mode: 0o600 })));
    await timed('upload', 'command', sent, () =>
      // The same work: the host computes the checksum of what has come.
      sized((path) => command(`cat >${path}; sha256sum ${path} >&2`, ['pipe', 'ignore', 'ignore'], payload)),
    );
  }
  for (const transport of Object.values(ours)) transport.close();
  return figures;
}

void measure(JSON.parse(process.env['SLIPWAY_THROUGHPUT'] ?? '') as ThroughputJob).then(
  (figures) => process.stdout.write(JSON.stringify(figures), () => process.exit(0)),
  (error: unknown) => {
    process.stderr.write(String(error));
    process.exit(1);
  },
);
