import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import type { Router } from '../../../src-main/rpc/router';
import { portOf } from '../../../src-main/web/port';
import { startWebServer } from '../../../src-main/web/server';
import { tempFolder } from '../../support/temp-folder';

it.each([
  [undefined, 0],
  ['0', 0],
  ['8080', 8080],
  ['65535', 65_535],
])('The port %j is %i.', (text, port) => {
  expect(portOf(text)).toBe(port);
});

it.each(['abc', '', ' 1', '-1', '1.5', '0x50', '65536', '99999999'])(
  'The port %j is refused in a sentence.',
  (text) => {
    expect(() => portOf(text)).toThrow(`The port ${JSON.stringify(text)} is not a number from 0 to 65535.`);
  },
);

it('A port that another program uses is reported in a sentence.', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await expect(startWebServer(tempFolder(), {} as Router, port)).rejects.toThrow(
    `Slipway cannot use the port ${port}: another program uses it. Choose another one with \`--port\``,
  );
});
