import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { electronRuntime } from '../support/electron-runtime';
import { count, report, seedOf } from '../support/faults/count';
import { hostileMessage } from '../support/hostile/messages';
import { Random } from '../support/random';
import { openInElectron } from './support/app';
import { Designer } from './support/designer';
import { recordedCall } from './support/recorded-call';

const runtime = await electronRuntime();
const MESSAGES = count(1_000, 20_000);
/** The number of messages that one script sends. The next script runs after a call behind these was answered. */
const PAGE = 250;

/**
 * Sends messages over its own port, every fifth as an object, and waits for the answer of the call. Other answers come
 * in any order.
 */
const sendAll = (messages: readonly string[], call: unknown): string => `new Promise((done) => {
  const { port1, port2 } = new MessageChannel();
  const answers = (window.hostileAnswers ??= []);
  port1.onmessage = ({ data }) => {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    answers.push(text);
    if (text.includes('"carrier":"electron"')) done();
  };
  window.postMessage('rpc:connect', '*', [port2]);
  ${JSON.stringify(messages)}.forEach((message, at) => {
    let data = message;
    if (at % 5 === 0) try { data = JSON.parse(message); } catch { data = new TextEncoder().encode(message).buffer; }
    port1.postMessage(data);
  });
  port1.postMessage(${JSON.stringify(call)});
})`;

it.skipIf('lacks' in runtime ? runtime.lacks : undefined)(
  'Electron: malformed messages are refused or ignored, none reaches a defect or a file, and calls are answered.',
  async () => {
    const { page, state, main } = await openInElectron();
    const designer = new Designer(page);
    await designer.goTo('Overview');
    const call = JSON.parse(String(await recordedCall())) as object;
    const random = new Random(seedOf(1602));
    for (let sent = 0; sent < MESSAGES; sent += PAGE) {
      const messages = Array.from({ length: PAGE }, (_, at) => hostileMessage(random, `h${sent + at}`));
      await page.evaluate(sendAll(messages, JSON.stringify({ ...call, i: `last${sent}` })));
    }
    await designer.goTo('Build');
    const answers = (await page.evaluate('window.hostileAnswers')) as string[];
    const defects = answers.filter((text) => /"s":5\d\d|INTERNAL_SERVER_ERROR/.test(text));
    report(`Electron: ${MESSAGES} malformed messages, ${answers.length} answers, ${defects.length} defects`);
    expect(defects.slice(0, 5)).toEqual([]);
    expect(main.exitCode).toBe(null);
    for (const place of [process.cwd(), state, join(state, '../home')])
      expect(existsSync(join(place, 'pwned'))).toBe(false);
  },
);
