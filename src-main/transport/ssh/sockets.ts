import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import { AppError } from '../../../src-shared/errors';

/** A TCP connection that is being made. `name` is for the error: `AppError('unreachable')`. */
export function dial(host: string, port: number, name: string): { socket: Socket; connected: Promise<Socket> } {
  const socket = connect({ host, port });
  socket.setNoDelay(true);
  const connected = new Promise<Socket>((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.on('error', ({ message }) =>
      reject(new AppError('unreachable', `${name} cannot be reached: ${message}.`, 'Check the address and the port.')),
    );
  });
  return { socket, connected };
}

/** A TCP connection that a jump host makes for us. `names` are its and the target's. */
export function forward(client: Client, host: string, port: number, names: readonly [string, string]): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    // The source address, which servers ignore.
    client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
      if (error) reject(new AppError('unreachable', `${names[0]} cannot reach ${names[1]}: ${error.message}.`));
      else resolve(channel);
    });
  });
}
