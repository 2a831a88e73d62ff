import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ElementNode } from '../../src-shared/manifest/tree';
import { exists } from '../system/files';
import { writeOutput } from '../system/standard-streams';
import { privateFolder } from './private-folder';
import { readValues } from '../area/manifest-values';

/**
 * The number of clients that may wait for a connection at the same time. A further one gets EAGAIN; a parallel `make`
 * can have many.
 */
const MAX_PENDING_CLIENTS = 4096;
const SOCKET_NAME = `ManifestServ.${process.pid}`;
const END = 0x05;
const GO_AHEAD = 0x01;
const SEND = 0x04;
const HEADER_BYTES = 8;
const MAX_REQUEST_BYTES = 64 * 1024;

/** A request of a client and the values that it received. */
export interface ManifestRead {
  readonly request: string;
  readonly isKey: boolean;
  readonly values: readonly string[];
}

/**
 * Serves the defaulted manifest to finalizer scripts over a Unix socket, byte for byte as the original's clients expect
 * (contract 5.2), except that sizes count bytes and not characters (contract 9, 44).
 */
export class ManifestServer {
  readonly #root: ElementNode;
  readonly #onRead: (read: ManifestRead) => void;
  readonly #chatter: (line: string) => void;

  readonly socketPath: string;
  readonly #folder: string;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();

  private constructor(root: ElementNode, onRead: (read: ManifestRead) => void, chatter: (line: string) => void) {
    this.#root = root;
    this.#onRead = onRead;
    this.#chatter = chatter;
    this.#folder = privateFolder(SOCKET_NAME);
    this.socketPath = join(this.#folder, SOCKET_NAME);
    this.#server = createServer((socket) => this.#serve(socket));
    // The listening server has too many open files. The client's connection fails, and its step with it.
    this.#server.on('error', () => undefined);
  }

  /** Starts listening. `onRead` receives each request; `chatter` receives the output of `-d`. */
  static async start(
    root: ElementNode,
    onRead: (read: ManifestRead) => void,
    chatter: (line: string) => void,
  ): Promise<ManifestServer> {
    const server = new ManifestServer(root, onRead, chatter);
    try {
      await new Promise<void>((resolve, reject) => {
        server.#server.once('error', reject);
        server.#server.listen({ path: server.socketPath, backlog: MAX_PENDING_CLIENTS }, resolve);
      });
    } catch (error) {
      server.close();
      throw error;
    }
    return server;
  }

  /** Whether the socket still exists. A cleaner of temporary files may have removed it. */
  get isReachable(): boolean {
    return exists(this.socketPath);
  }

  /** Ends all sessions and removes the socket. */
  close(): void {
    for (const client of this.#clients) client.destroy();
    this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #serve(socket: Socket): void {
    this.#clients.add(socket);
    socket.on('close', () => this.#clients.delete(socket));
    socket.on('error', () => socket.destroy()); // a disconnected client does not affect the build
    const session = new Session(socket, (request, isKey) => this.#answer(request, isKey));
    socket.on('data', (chunk: Buffer) => session.receive(chunk));
  }

  #answer(request: string, isKey: boolean): readonly string[] {
    const values = readValues(this.#root, request, isKey, ({ stdout, stderr }) => {
      writeOutput(stdout);
      process.stderr.write(stderr);
    });
    this.#chatter(`Request "${request}"${isKey ? ' (key)' : ''}: ${values.length} value(s)`);
    this.#onRead({ request, isKey, values });
    return values;
  }
}

/** One client's conversation: header, request, permission to send, and again. */
class Session {
  readonly #socket: Socket;
  readonly #answer: (request: string, isKey: boolean) => readonly string[];

  #buffer = Buffer.alloc(0);
  #pending: Buffer | undefined; // the answer, waiting for the client's SEND
  #isKey = false;
  #length: number | undefined; // of the request being received

  constructor(socket: Socket, answer: (request: string, isKey: boolean) => readonly string[]) {
    this.#socket = socket;
    this.#answer = answer;
  }

  receive(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    while (this.#step());
  }

  /** Takes one message off the buffer; false when more bytes are needed. */
  #step(): boolean {
    if (this.#buffer.length === 0 || this.#socket.destroyed) return false;
    if (this.#pending !== undefined) return this.#sendPending();
    if (this.#length !== undefined) return this.#receiveRequest(this.#length);
    return this.#receiveHeader();
  }

  #take(count: number): Buffer {
    const taken = this.#buffer.subarray(0, count);
    this.#buffer = this.#buffer.subarray(count);
    return taken;
  }

  #drop(): boolean {
    this.#socket.end();
    this.#buffer = Buffer.alloc(0);
    return false;
  }

  #receiveHeader(): boolean {
    if (this.#buffer[0] === END) return this.#drop();
    if (this.#buffer.length < HEADER_BYTES) return false;
    const header = this.#take(HEADER_BYTES).toString('latin1');
    const length = header.slice(2).trim();
    if (!/^[01]$/.test(header.slice(0, 1)) || !/^\d+$/.test(length) || Number(length) > MAX_REQUEST_BYTES)
      return this.#drop();
    this.#isKey = header.startsWith('1');
    this.#length = Number(length);
    this.#socket.write(Buffer.of(GO_AHEAD));
    return this.#length === 0 ? this.#receiveRequest(0) : true;
  }

  #receiveRequest(length: number): boolean {
    if (this.#buffer.length < length) {
      // The original's client counts characters where this counts bytes. A shorter count with more bytes is handled
      // below.
      return false;
    }
    // Old clients send a count of characters: a non-ASCII request is longer in bytes, and all of it has arrived together.
    const request = this.#take(Math.max(length, this.#buffer.length)).toString('utf8');
    this.#length = undefined;
    const values = this.#answer(request, this.#isKey);
    const body = encodeValues(values);
    this.#socket.write(values.length === 0 ? '0,0' : `${values.length},${body.length}`);
    this.#pending = values.length === 0 ? Buffer.alloc(0) : body;
    return true;
  }

  #sendPending(): boolean {
    const permission = this.#take(1)[0];
    if (permission !== SEND) return this.#drop();
    if (this.#pending && this.#pending.length > 0) this.#socket.write(this.#pending);
    this.#pending = undefined;
    return true;
  }
}

/** Each value followed by 0x00, an empty one as 0x03, then 0x02. */
function encodeValues(values: readonly string[]): Buffer {
  const parts = values.flatMap((value) => [value === '' ? Buffer.of(0x03) : Buffer.from(value), Buffer.of(0x00)]);
  return Buffer.concat([...parts, Buffer.of(0x02)]);
}
