import { setTimeout as wait } from 'node:timers/promises';
import WebSocket from 'ws';

/**
 * The window of a packed app, driven over the DevTools protocol: Playwright wants a browser there, or Node's inspector in the main process,
 * and a packed Electron offers neither.
 */
export class DevtoolsWindow {
  #last = 0;
  readonly #answers = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();

  private constructor(private readonly socket: WebSocket) {
    socket.on('close', () => {
      for (const { reject } of this.#answers.values()) reject(new Error('the window has gone'));
    });
    socket.on('message', (data: Buffer) => {
      const { id, result, error } = JSON.parse(data.toString('utf8')) as {
        id?: number;
        result?: unknown;
        error?: { message: string };
      };
      const answer = id === undefined ? undefined : this.#answers.get(id);
      if (error) answer?.reject(new Error(error.message));
      else answer?.resolve(result);
    });
  }

  /**
   * Waits for the window of a program that listens.
   *
   * @param browser the address that it says it listens on
   */
  static async of(browser: string): Promise<DevtoolsWindow> {
    const { host } = new URL(browser);
    const page = await until('a window', async () => {
      const targets = (await (await fetch(`http://${host}/json`)).json()) as {
        type: string;
        webSocketDebuggerUrl: string;
      }[];
      return targets.find(({ type }) => type === 'page');
    });
    const socket = new WebSocket(page.webSocketDebuggerUrl);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new DevtoolsWindow(socket);
  }

  /** Clicks in the middle of the element of a role with this name, once it is there and can be used. */
  async click(role: 'button' | 'textbox', name: string): Promise<void> {
    const { x, y } = await until(`${role} ${name}`, () => this.#place(role, name));
    for (const type of ['mousePressed', 'mouseReleased'])
      await this.#send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
  }

  /** Replaces the text of a field, as a person types. */
  async fill(name: string, text: string): Promise<void> {
    await this.click('textbox', name);
    await this.press('a', 'KeyA', true);
    await this.#send('Input.insertText', { text });
  }

  /** Presses a key, with Ctrl if wanted. */
  async press(key: string, code: string, ctrl = false): Promise<void> {
    const modifiers = ctrl ? 2 : 0;
    const commands = ctrl && key === 'a' ? ['selectAll'] : [];
    await this.#send('Input.dispatchKeyEvent', {
      type: 'rawKeyDown',
      key,
      code,
      modifiers,
      windowsVirtualKeyCode: key.toUpperCase().charCodeAt(0),
      commands,
    });
    await this.#send('Input.dispatchKeyEvent', { type: 'keyUp', key, code, modifiers });
  }

  /** Waits until the window shows a text, at most so many milliseconds. */
  async shows(text: RegExp, patience = 120_000): Promise<void> {
    const shown = async (): Promise<true | undefined> =>
      text.test(await this.evaluate<string>('document.body.innerText')) || undefined;
    await until(`${text}`, shown, patience).catch(async (error: Error) => {
      throw new Error(`${error.message}, but: ${await this.evaluate<string>('document.body.innerText')}`);
    });
  }

  async evaluate<T>(expression: string): Promise<T> {
    const { result } = (await this.#send('Runtime.evaluate', { expression, returnByValue: true })) as {
      result: { value: T };
    };
    return result.value;
  }

  /** Closes the window as its own button does. */
  async close(): Promise<void> {
    await this.#send('Page.close', {}).catch(() => undefined);
    this.socket.close();
  }

  async #place(role: string, name: string): Promise<{ x: number; y: number } | undefined> {
    const elements = { button: 'button:enabled', textbox: 'input:enabled, textarea:enabled' }[role];
    return this.evaluate(`(() => {
      const nameOf = (one) => one.getAttribute('aria-label') ?? one.labels?.[0]?.innerText ?? one.innerText;
      const found = [...document.querySelectorAll(${JSON.stringify(elements)})]
        .find((one) => (nameOf(one) ?? '').trim().split('\\n')[0].trim() === ${JSON.stringify(name)});
      if (!found) return undefined;
      found.scrollIntoView({ block: 'center' });
      const { x, y, width, height } = found.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    })()`);
  }

  #send(method: string, params: object): Promise<unknown> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }
}

/** Looks until there is something, at most so many milliseconds: the window cannot tell when. */
async function until<T>(what: string, look: () => Promise<T | undefined>, patience = 20_000): Promise<T> {
  for (const end = Date.now() + patience; Date.now() < end; await wait(50)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`the window never had ${what}`);
}
