import { describe, expect, it } from 'vitest';
import { electronRuntime } from '../support/electron-runtime';
import { openInElectron } from './support/app';
import { Designer } from './support/designer';
import { callOverNewPort, recordedCall } from './support/recorded-call';
import { openStrangers } from './support/strangers';

const runtime = await electronRuntime();
const lacksElectron = 'lacks' in runtime ? runtime.lacks : undefined;

/** Chromium's messages about requests of the page that the policy blocks. */
const REFUSALS = [/^error: .*(Content Security Policy|status of 404|ERR_)/];

/** A frame without a page, and a page of another program without a policy. */
const STRANGERS = [/^error: .*status of 404.*\(app:\/\/bundle\/frame:/, /^warning: .*Insecure Content-Security-Policy/];

describe('The window in Electron:', () => {
  it.skipIf(lacksElectron)(
    'The page has no Node, opens no other page or window, and runs no inline script and no call outside the contract.',
    async () => {
      const { page } = await openInElectron({ expectedMessages: REFUSALS });
      await new Designer(page).goTo('Overview');
      const inPage = (text: string): Promise<unknown> => page.evaluate(text);
      expect(await inPage('[typeof require, typeof process, typeof module, typeof Buffer].join()')).toBe(
        'undefined,undefined,undefined,undefined',
      );
      expect(await inPage('Object.keys(window.host).sort().join()')).toBe('kind,pathForFile');
      expect(await inPage('window.open("https://example.org") === null')).toBe(true);
      await inPage('location.href = "https://example.org/"');
      await inPage(`(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.wasRun = true';
      document.head.append(script);
    })()`);
      expect(await inPage('globalThis.wasRun')).toBeUndefined();
      await expect(inPage('fetch("https://example.org/").then(() => "came")')).rejects.toThrow(/Failed to fetch/);
      // A frame of the page has no bridge, so it cannot hand over a port.
      expect(
        await inPage('document.body.appendChild(document.createElement("iframe")).contentWindow.host === undefined'),
      ).toBe(true);
      expect(await inPage('location.href')).toBe('app://bundle/');
      expect(await inPage('Notification.requestPermission()')).toBe('denied');
      expect(await inPage('fetch("app://bundle/../main/index.cjs").then(({ status }) => status)')).toBe(404);
      expect(await inPage('fetch("app://elsewhere/index.html").then(({ status }) => status, () => 404)')).toBe(404);
    },
  );

  it.skipIf(lacksElectron)(
    'Main answers only the top frame of its own page, also when another frame has a port.',
    async () => {
      const { page, electron } = await openInElectron({ expectedMessages: STRANGERS });
      await new Designer(page).goTo('Overview');
      const message = await recordedCall();
      const call = callOverNewPort(message, 1000);
      const { otherPage, ourFrame } = await openStrangers(electron);
      // Each has the bridge and a port, so that only the check of the sender rejects it.
      expect(await otherPage.evaluate('window.host.kind')).toBe('electron');
      expect(await ourFrame.evaluate('[window.host.kind, location.href].join(" ")')).toBe(
        'electron app://bundle/frame',
      );
      expect(await otherPage.evaluate(call)).toBe('nothing');
      expect(await ourFrame.evaluate(call)).toBe('nothing');
      expect(await page.evaluate(callOverNewPort(message, 120_000))).toContain('"carrier":"electron"');
    },
  );
});
