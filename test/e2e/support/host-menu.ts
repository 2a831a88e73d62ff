import type { Locator, Page } from 'playwright-core';
import type { SshServer } from '../../support/sshd';

/** The build hosts as the user sees them in the window. */
export class HostMenu {
  constructor(readonly page: Page) {}

  get pill(): Locator {
    return this.page.getByRole('button', { name: 'Build host:' });
  }

  get status(): Locator {
    return this.page.getByRole('contentinfo');
  }

  dialog(title: string | RegExp): Locator {
    return this.page.getByRole('dialog', { name: title });
  }

  async choose(item: string | RegExp): Promise<void> {
    await this.pill.click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** Fills the form for a test's server, and keeps it open. */
  async fill(server: SshServer, name: string, fields: Readonly<Record<string, string>> = {}): Promise<Locator> {
    await this.choose('Add a build host…');
    const form = this.dialog('Add a build host');
    await form.getByLabel('Address').fill('127.0.0.1');
    await form.getByLabel('Port').fill(`${server.port}`);
    await form.getByLabel('Name').fill(name);
    for (const [label, text] of Object.entries({ User: 'root', ...fields })) await form.getByLabel(label).fill(text);
    return form;
  }

  /** Adds the test's server to the host book and accepts its key. */
  async add(server: SshServer, name = 'builder'): Promise<void> {
    const form = await this.fill(server, name, { 'Private keys (one path per line)': server.key });
    await form.getByRole('button', { name: 'Save' }).click();
    await this.accept(server);
    await this.connected(name);
  }

  /** Waits for the connection. The capital letter matters, because the text may also be "Not connected to". */
  connected(name = 'builder'): Promise<void> {
    return this.status.getByText(new RegExp(`Connected to ${name}`)).waitFor();
  }

  /** Compares the fingerprint and accepts it. */
  async accept(server: SshServer): Promise<void> {
    const question = this.dialog('Verify the host key');
    await question.getByText(server.fingerprint).waitFor();
    await question.getByRole('button', { name: 'Trust and connect' }).click();
  }
}
