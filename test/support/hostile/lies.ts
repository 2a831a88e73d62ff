import type { ServerChannel } from 'ssh2';
import { end, flood, type Lie } from './lying-host';

/** A host whose engine answers `status` with a text. All earlier answers are real. */
const status = (answer: string | ((channel: ServerChannel) => void)): Lie => ({
  command(line, channel, token) {
    if (!/distro_const/.test(line) || !/\bstatus\b/.test(line)) return false;
    channel.write(`${token} 4242\n`);
    if (typeof answer === 'function') answer(channel);
    else {
      channel.write(answer);
      end(channel);
    }
    return true;
  },
});

/** A host that answers the probe with a text. */
const probe = (answer: string | Buffer, isEndless = false): Lie => ({
  command(line, channel, token) {
    if (!line.includes('uname')) return false;
    channel.write(`${token} 4242\n`);
    if (isEndless) flood(Buffer.from(answer), (piece) => channel.write(piece), channel);
    else {
      channel.write(answer);
      end(channel);
    }
    return true;
  },
});

const algorithms = (kind: object): Lie => ({ config: { algorithms: kind } });

/** Hosts that lie, by what they do: after "A host that". */
export const LIES: readonly (readonly [string, Lie])[] = [
  ['sends a banner of 1 MB with terminal controls', { config: { banner: 'B\u001b]0;x\u0007'.repeat(150_000) } }],
  ['sends a greeting of 1 MB', { config: { greeting: 'G'.repeat(1_000_000) } }],
  ['has only a key exchange with SHA-1', algorithms({ kex: ['diffie-hellman-group1-sha1'] })],
  ['has only 3DES', algorithms({ cipher: ['3des-cbc'] })],
  ['has only HMAC with MD5', algorithms({ cipher: ['aes128-ctr'], hmac: ['hmac-md5'] })],
  [
    'is no SSH server and never ends',
    { raw: (socket) => void setInterval(() => socket.destroyed || socket.write('x'.repeat(65_536)), 1).unref() },
  ],
  ['is no SSH server and writes one line', { raw: (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n') }],
  ['accepts the connection and writes nothing', { raw: () => undefined }],
  ['closes the connection at once', { raw: (socket) => socket.destroy() }],
  ['accepts no login method', { login: (attempt) => attempt.reject([]) }],
  ['never answers the login', { login: () => undefined }],
  [
    'asks 5000 questions',
    {
      login: (attempt) =>
        attempt.method === 'keyboard-interactive'
          ? attempt.prompt(
              Array.from({ length: 5000 }, () => ({ prompt: 'x'.repeat(2000), echo: true })),
              () => attempt.accept(),
            )
          : attempt.reject(['keyboard-interactive']),
    },
  ],
  ['opens no session', { noSession: true }],
  [
    'prints endlessly before a command starts',
    { command: (_, channel) => (flood(Buffer.alloc(32_768, 'x'), (piece) => channel.write(piece), channel), true) },
  ],
  ['closes each command at once', { command: (_, channel) => (channel.close(), true) }],
  ['ends each command without its begin', { command: (_, channel) => (end(channel), true) }],
  ['answers the probe with nothing', probe('')],
  ['answers the probe endlessly', probe('name x\n'.repeat(4000), true)],
  ['has bytes that are no text in the probe', probe(Buffer.from(Array.from({ length: 4096 }, (_, at) => at % 256)))],
  [
    'names a home with commands',
    probe(
      'system Li\u001b[31mnux\nname \u202eevil<img src=x>\nuser $(id)\nhome $(touch pwned)`touch pwned`\nnode v20.0.0 /usr/bin/node\n',
    ),
  ],
  ['answers with half of an answer', status('{ "at": 1')],
  ['answers with an error that is null', status('{"failed":true,"error":null}')],
  [
    'answers with keys of the prototype',
    status(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}},"failed":true,"error":{"code":"x","message":"m"}}',
    ),
  ],
  ['answers with other types', status('{"at":"x","area":5,"runs":{}}')],
  ['answers with a list', status('[]')],
  ['answers with an error of other types', status('{"failed":true,"error":{"code":5,"message":{"a":1},"hint":[1]}}')],
  [
    'answers with an error that has terminal controls',
    status(`{"failed":true,"error":{"code":"area","message":"\\u001b[2J\\u202e${'x'.repeat(100)}"}}`),
  ],
  ['answers with a million nested lists', status('['.repeat(1_000_000))],
  [
    'answers endlessly',
    status((channel) =>
      flood(Buffer.from('{"at":1,"runs":['.padEnd(65_536)), (piece) => channel.write(piece), channel),
    ),
  ],
  [
    'writes 100 MB of errors',
    status((channel) => {
      for (let at = 0; at < 1600; at++) channel.stderr.write(Buffer.alloc(65_536, 'e'));
      end(channel, 1);
    }),
  ],
];
