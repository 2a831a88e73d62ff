import { describe, expect, it } from 'vitest';
import { ConsoleText, plainConsoleText } from '../../../src-shared/boot-test/console-text';
import { consoleVerdict } from '../../../src-shared/boot-test/verdict';

/** The output of serial lines of real machines, shortened. */
const RECORDED = {
  debian:
    '\x1bc\x1b[?7l\x1b[2J\x1b[0mSeaBIOS\r\n\x1b[H\x1b[J[    0.000000] Linux version 6.1.0-56-amd64\r\n[  \x1b[0;32m  OK  \x1b[0m] ConnectedHost target \x1b[0;1;39mgetty.target\x1b[0m - Login Prompts.\r\r\n\r\nDebian GNU/Linux 12 debian-live ttyS0\r\n\r\ndebian-live login: ',
  tiny: '[    2.1] Run /init as init process\r\nTINY-LINUX-READY name=tiny-linux kernel=6.1.0-56-amd64\r\n',
  illumos: 'Loading smf(7) service descriptions: 1/1\r\nHostname: openindiana\r\n\r\nopenindiana console login: ',
  linuxPanic:
    '[    5.2] /init: line 9: live-bottom: not found\r\n[    5.3] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\r\n[    5.3] CPU: 0 PID: 1 Comm: init\r\n',
  illumosPanic:
    '\r\npanic[cpu0]/thread=fffffffffbc4b1e0: cannot mount root path\r\n\r\nWarning - stack not written\r\n',
  menu: '\x1b[0m\x1b[30m\x1b[47m\x1b[2J\x1b[01;01H\x1b[0mGNU GRUB  version 2.06\x1b[05;02HDebian live\x1b[22;05HThe highlighted entry will be executed automatically in 5s.',
};
const verdict = (raw: string) => consoleVerdict(plainConsoleText(raw));

describe('the verdict of a console', () => {
  it.each([
    ['debian', 'booted', 'Login prompt on the serial console: debian-live login:'],
    ['tiny', 'booted', 'Ready message on the serial console: TINY-LINUX-READY'],
    ['illumos', 'booted', 'Login prompt on the serial console: openindiana console login:'],
    [
      'linuxPanic',
      'panic',
      'The kernel stopped: Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100',
    ],
    ['illumosPanic', 'panic', 'The kernel stopped: panic[cpu0]/thread=fffffffffbc4b1e0: cannot mount root path'],
  ] as const)('of %s is %s', (name, expected, reason) => {
    expect(verdict(RECORDED[name])).toEqual({ verdict: expected, reason });
  });

  it.each([
    ['', 'silence'],
    [RECORDED.menu, 'a boot menu'],
    ['[    3.2] systemd[1]: Starting login: the login service\r\n', 'a message about logins'],
    ['Last login: Tue Nov 3 on ttyS0\r\n', 'who logged in before'],
    ['echo TINY-LINUX-READY name\r\n', 'a command that would say so'],
    ['x login:', 'a prompt that has not ended'],
    ['[    5.3] Kernel panic - not sync', 'half a panic'],
  ])('is not given by %j: %s', (raw) => {
    expect(verdict(raw)).toBeUndefined();
  });

  it('is the first event: a panic after the login does not count', () => {
    expect(verdict(`${RECORDED.debian}\r\n${RECORDED.linuxPanic}`)?.verdict).toBe('booted');
    expect(verdict(`${RECORDED.linuxPanic}\r\n${RECORDED.debian}`)?.verdict).toBe('panic');
  });
});

describe('a console as plain text', () => {
  it('has no sequences, and a line for each place that the cursor goes to', () => {
    expect(plainConsoleText(RECORDED.menu)).toBe(
      'GNU GRUB  version 2.06\nDebian live\nThe highlighted entry will be executed automatically in 5s.',
    );
    expect(plainConsoleText('\x1b]0;a title\x07a\x1b(Bb\x9b31mc\x00\x07\td\x1b[?25h\r\r\ne\rf')).toBe(
      'ab31mc\td\ne\nf',
    );
  });

  it.each(Object.entries(RECORDED))('is the same however %s is cut into pieces', (_name, raw) => {
    const text = new ConsoleText();
    expect([...raw].map((letter) => text.push(letter)).join('')).toBe(plainConsoleText(raw));
  });

  it('is not stopped by a sequence that never ends', () => {
    const text = new ConsoleText();
    expect(text.push('\x1b]' + 'x'.repeat(5000)) + text.push('login')).toContain('login');
  });
});
