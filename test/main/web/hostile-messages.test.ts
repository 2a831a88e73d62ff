import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { expect, it, onTestFinished, vi } from 'vitest';
import WebSocket from 'ws';
import { createApp } from '../../../src-main/app';
import { createRouter } from '../../../src-main/rpc/router';
import { startWebServer } from '../../../src-main/web/server';
import { EventQueue } from '../../../src-main/window/event-queue';
import { listFolder } from '../../../src-main/window/list-folder';
import { ENGINE } from '../../support/build-host';
import { count, report, seedOf } from '../../support/faults/count';
import { hostileMessage } from '../../support/hostile/messages';
import { Random } from '../../support/random';
import { tempFolder } from '../../support/temp-folder';

const MESSAGES = count(2_000, 20_000);
/** The number of messages of one page. The next page is sent after all answers have arrived. */
const PAGE = 200;

it('Malformed messages are refused or ignored, none reaches a defect, a file or a shell, and calls are answered.', async () => {
  const folder = tempFolder();
  for (const name of ['renderer', 'documents']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'renderer/index.html'), '');
  const lines: string[] = [];
  const terminal = vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  const console_ = vi.spyOn(console, 'error').mockImplementation((text) => void lines.push(String(text)));
  onTestFinished(() => [terminal, console_].forEach((spy) => spy.mockRestore()));
  const documents = join(folder, 'documents');
  const services = await createApp({
    places: {
      resources: join(import.meta.dirname, '../../../resources'),
      state: join(folder, 'state'),
      documents,
      engine: ENGINE,
    },
  });
  const router = createRouter({
    ...services,
    app: {
      info: async () => ({ carrier: 'browser', version: '0', documentsFolder: documents }),
      events: async (_, { signal }) => new EventQueue().read(signal),
      setWindowState: async () => undefined,
      closeWindow: async () => undefined,
    },
    dialogs: { pick: async () => ({ available: false }), list: (input) => listFolder(input.folder) },
  });
  const server = await startWebServer(join(folder, 'renderer'), router);
  onTestFinished(() => server.close());
  const socket = new WebSocket(server.origin.replace('http', 'ws') + '/rpc', ['rpc.v1', `token.${server.token}`], {
    origin: server.origin,
  });
  await once(socket, 'open');
  let ends = 0;
  socket.on('close', () => ends++);
  const defects: string[] = [];
  let answers = 0;
  socket.on('message', (data) => {
    answers++;
    const text = String(data);
    if (/"s":5\d\d|INTERNAL_SERVER_ERROR/.test(text)) defects.push(text);
  });
  const client = createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })) as unknown as {
    app: { info(): Promise<{ version: string }> };
  };
  const random = new Random(seedOf(1601));
  for (let at = 0; at < MESSAGES; at++) {
    const message = hostileMessage(random, `h${at}`);
    socket.send(random.below(10) === 0 ? Buffer.from(message) : message);
    if (at % PAGE === PAGE - 1) expect(await client.app.info()).toMatchObject({ version: '0' });
  }
  expect(await client.app.info()).toMatchObject({ version: '0' });
  report(
    `browser mode: ${MESSAGES} malformed messages, ${answers} answers, ${lines.length} ignored, ${defects.length} defects, ${ends} connections lost`,
  );
  expect(defects.slice(0, 5)).toEqual([]);
  expect(lines.filter((line) => !line.startsWith('A message that is not a call was ignored: ')).slice(0, 5)).toEqual(
    [],
  );
  expect({ ends, documents: readdirSync(documents), polluted: Object.keys(Object.prototype) }).toEqual({
    ends: 0,
    documents: [],
    polluted: [],
  });
  expect(readdirSync(folder).sort()).toEqual(['documents', 'renderer', 'state']);
  for (const place of [process.cwd(), folder, documents]) expect(readdirSync(place)).not.toContain('pwned');
});
