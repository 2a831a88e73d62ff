// Packages from repositories: this machine's own through the host's APT, and small ones on loopback for failures.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { AptRepository } from '../support/apt-repository';
import { servePublisher } from '../support/ips-publisher';
import { hasTool } from '../support/run-tool';
import { openInChromium } from './support/app';
import { inCarriers } from './support/carriers';
import { dragTo } from './support/mouse';
import { debianLive, PackagesPage } from './support/packages';
import { violationsInBothThemes } from './support/themes';

/** A document whose packages come from a test's repository. */
const from = (repository: AptRepository) => (manifest: string) =>
  manifest
    .replace('url="host-apt"', `url="${repository.source}"`)
    .replace('key="suite" value="host"', 'key="suite" value="test"')
    .replace(/<packages>[\s\S]*<\/packages>/, '<packages><pkg name="nano"/></packages>');

const hasHostApt = hasTool('apt-get') && hasTool('mmdebstrap');

it('A selection follows its packages after Undo, and a pasted list is counted.', async () => {
  const { page } = await openInChromium({ document: debianLive() });
  const packages = new PackagesPage(page);
  await packages.goTo('Packages');
  await packages.image.getByRole('option').first().waitFor();
  const before = await packages.installs();
  await packages.inImage(before[0] ?? '').click();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Alt+ArrowDown');
  await expect.poll(() => packages.installs()).not.toEqual(before);
  await page.keyboard.press('Control+z');
  await expect.poll(() => packages.installs()).toEqual(before);
  await page.keyboard.press('Delete');
  await expect.poll(async () => (await packages.installs()).slice(0, 3)).toEqual(before.slice(2, 5));
  await packages.button('Paste list…').click();
  await page.getByRole('dialog').getByRole('textbox').fill('pasted-a pasted-b\npasted-c');
  await packages.button('Add 3').click();
  await packages.hears('3 packages added');
});

inCarriers({ lacks: hasHostApt ? undefined : 'needs apt-get and mmdebstrap' }, (open) => {
  it('The repository of this machine is searched, dragged from and resolved during the work.', async () => {
    const { page } = await open({ document: debianLive() });
    const packages = new PackagesPage(page);
    await packages.goTo('Packages');
    await packages.search.fill('tcpdump', { timeout: 480_000 }); // the package lists are fetched first
    await packages.resolved();
    const before = await packages.sum.innerText();
    await dragTo(page, packages.inRepository('tcpdump'), packages.inImage('sudo'), 'before');
    await packages.hears('tcpdump added at position 11');
    expect((await packages.installs()).slice(9, 12)).toEqual(['ca-certificates', 'tcpdump', 'sudo']);
    await packages.inRepository('tcpdump').getByText('in image').waitFor();
    await packages.resolved();
    expect(await packages.sum.innerText()).not.toBe(before);
    await packages.inImage('tcpdump').click();
    await packages.details.getByText(/with \d packages? that only this entry needs/).waitFor();
    await packages.details.getByRole('button', { name: 'libpcap0.8', exact: true }).click();
    await packages.details.getByText('A dependency of other packages.').waitFor();
    await packages.details.getByText(/Needed by/).waitFor();
    await packages.details
      .getByText(/system interface for user-level packet capture/)
      .first()
      .waitFor();
    await page.keyboard.press('Control+z');
    await expect.poll(() => packages.inImage('tcpdump').count()).toBe(0);
    await packages.resolved();
    expect((await packages.sum.innerText()).replace(/\d\d:\d\d/, '')).toBe(before.replace(/\d\d:\d\d/, ''));
  });
});

describe.skipIf(!hasHostApt)('the repository of this machine', () => {
  it('The catalogue of this machine needs less than 150 MB in the page.', async () => {
    const { page } = await openInChromium({ document: debianLive() });
    const packages = new PackagesPage(page);
    await packages.goTo('Overview');
    const before = await heapOf(page);
    await packages.section('Packages').click();
    await packages.inRepository('0ad').waitFor();
    await packages.resolved();
    const grown = ((await heapOf(page)) - before) / 1e6;
    process.stdout.write(`catalogue: heap +${grown.toFixed(0)} MB\n`);
    expect(grown).toBeLessThan(150);
  });

  it('can be used with the keyboard alone', async () => {
    const { page } = await openInChromium({ document: debianLive() });
    const packages = new PackagesPage(page);
    await packages.goTo('Packages');
    await packages.resolved();
    await packages.search.focus();
    await page.keyboard.type('tmux');
    await page.keyboard.press('Enter');
    await packages.hears('tmux added at position 15');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const second = await packages.repository.locator('[aria-selected=true]').getAttribute('data-name');
    await page.keyboard.press('Enter');
    await packages.hears(`${second} added at position 16`);
    await packages.search.focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('nano');
    await page.keyboard.press('Enter');
    await packages.hears('nano is in the image already');
    expect((await packages.installs()).slice(-2)).toEqual(['tmux', second]);
  });

  it('shows wrong names and conflicts on their entries, and repairs what it can', async () => {
    const wrong = '<pkg name="nanoo"/><pkg name="postfix"/><pkg name="exim4-daemon-light"/>';
    const document = debianLive((manifest) => manifest.replace('<pkg name="nano"/>', wrong));
    const { page } = await openInChromium({ document });
    const packages = new PackagesPage(page);
    await packages.goTo('Packages');
    await packages.inImage('nanoo').getByText('No repository has a package nanoo.').waitFor();
    await packages
      .inImage('exim4-daemon-light')
      .getByText(/cannot be installed together/)
      .waitFor();
    await packages.sum.getByText('2 cannot be installed').waitFor();
    const problems = page.getByRole('region', { name: 'Problems' });
    await problems.getByRole('button', { name: 'Go to' }).first().click();
    await expect.poll(() => packages.inImage('nanoo').getAttribute('aria-selected')).toBe('true');
    await packages.details.getByRole('button', { name: 'Use nano' }).click();
    await packages.inImage('nano').waitFor();
    await packages.inImage('exim4-daemon-light').click();
    await page.keyboard.press('Delete');
    await packages.resolved();
    await problems.waitFor({ state: 'detached' });
  });

  it('axe finds nothing, in both themes', async () => {
    const { page } = await openInChromium({ document: debianLive() });
    const packages = new PackagesPage(page);
    const found: string[] = [];
    const look = async (where: string): Promise<void> => {
      for (const violation of await violationsInBothThemes(page)) found.push(`${where}: ${violation}`);
    };
    await packages.goTo('Packages');
    await packages.resolved();
    await packages.inImage('linux-image-amd64').click();
    await packages.details.getByText('Versions').waitFor();
    await look('an entry');
    await packages.search.fill('ed');
    await packages.inRepository('ed').click();
    await packages.details.getByText('Versions').waitFor();
    await look('a package of the repository');
    await packages.sum.getByRole('button', { name: /^Sizes/ }).click();
    await page.getByRole('list', { name: 'Size by group' }).getByText('base system').waitFor();
    await look('sizes');
    await page.keyboard.press('Escape');
    await packages.button('Compare…').click();
    await page.getByText(/The image has no package database yet/).waitFor();
    await look('compare');
    expect(found).toEqual([]);
  });
});

describe('a publisher of IPS', () => {
  it('is searched and resolved, and facts that it does not have are shown as unknown', async () => {
    const publisher = await servePublisher({
      publisher: 'example.org',
      packages: [
        { name: 'editor/vim', version: '9.0', summary: 'Vi IMproved', depends: ['library/ncurses@6.4'] },
        { name: 'library/ncurses', version: '6.4', summary: 'Screen library' },
        { name: 'shell/bash', version: '5.2', summary: 'GNU shell' },
      ],
    });
    const document = debianLive((manifest) =>
      manifest
        .replace('url="host-apt" authname="debian.org"', `url="${publisher.url}" authname="example.org"`)
        .replace(/<pair key="(suite|components)"[^>]*>/g, '')
        .replace(/<packages>[\s\S]*<\/packages>/, '<packages><pkg name="vim"/><pkg name="bsh"/></packages>'),
    );
    const { page } = await openInChromium({ document });
    const packages = new PackagesPage(page);
    await packages.goTo('Packages');
    await packages.inRepository('editor/vim').getByText('in image').waitFor();
    await packages.inImage('vim').getByText('Vi IMproved').waitFor();
    await packages.inImage('bsh').getByText(/bsh/).first().waitFor();
    await packages.sum.getByText('1 cannot be installed').waitFor();
    await page.getByText(/have no package sizes/).waitFor();
    await packages.inImage('bsh').click();
    await page.keyboard.press('Delete');
    await packages.search.fill('bash');
    await page.keyboard.press('Enter');
    await packages.inImage('shell/bash').waitFor();
    await packages.resolved();
    await packages.inImage('vim').click();
    await packages.details.getByText('provided by editor/vim').waitFor();
    await packages.details.getByRole('button', { name: 'library/ncurses' }).waitFor();
  });
});

describe.skipIf(!hasTool('apt-get') || !hasTool('gpg'))('a repository of another party', () => {
  const base = { name: 'base-files', essential: true };

  it('What is not followed is listed below the repository and as a problem of its address.', async () => {
    const repository = await AptRepository.serve([{ name: 'nano', depends: 'tmux' }, { name: 'tmux' }]);
    const disc = '<mirror url="cdrom:[Debian 12 DVD]/ test main"/>';
    const document = debianLive((manifest) =>
      from(repository)(manifest).replace('</pkg_repo_default_authority>', `${disc}</pkg_repo_default_authority>`),
    );
    const { page } = await openInChromium({ document });
    const packages = new PackagesPage(page);
    await packages.goTo('Packages');
    await page
      .getByRole('list', { name: 'Not followed' })
      .getByText(/a CD or DVD \(cdrom:\) cannot be read/)
      .waitFor();
    await packages.resolved();
    const problems = page.getByRole('region', { name: 'Problems' });
    await problems.getByText(/Repositories: cdrom:.*cannot be read/).waitFor();
    await problems.getByRole('button', { name: 'Go to' }).click();
    await page.getByRole('heading', { name: 'Repositories' }).waitFor();
  });

  it('The catalogue of one manifest is not shown for another whose repository failed.', async () => {
    const repository = await AptRepository.serve([{ name: 'nano' }, { name: 'tmux' }]);
    const gone = debianLive((manifest) => from(repository)(manifest).replace(repository.url, 'http://127.0.0.1:9'));
    const { page } = await openInChromium({ document: debianLive(from(repository)) });
    const packages = new PackagesPage(page);
    await packages.goTo('Packages');
    await packages.inRepository('tmux').waitFor();
    await expect.poll(() => packages.search.getAttribute('placeholder')).toBe('Search 2 packages');
    await packages.goTo('Overview');
    await packages.open(gone);
    await packages.goTo('Packages');
    await page.getByRole('alert').filter({ hasText: 'could not be fetched' }).first().waitFor();
    expect(await packages.search.getAttribute('placeholder')).toBe('Search');
    expect(await packages.search.isDisabled()).toBe(true);
    expect(await packages.inRepository('tmux').count()).toBe(0);
    expect(await page.getByRole('region', { name: 'Repository' }).innerText()).not.toMatch(/\b2\b/);
  });

  it('has its text shown as text', async () => {
    const summary = '<img src=x onerror="document.title=1">\u202e\u0007 and more';
    const repository = await AptRepository.serve([
      base,
      { name: 'nano' },
      { name: 'evil', summary, more: ' <b>bold</b>' },
    ]);
    const { page } = await openInChromium({
      document: debianLive(from(repository)),
    });
    const packages = new PackagesPage(page);
    await packages.goTo('Packages');
    await packages.inRepository('evil').click();
    await packages.details.getByText('<b>bold</b>').waitFor();
    await packages.inRepository('evil').getByText('<img src=x onerror="document.title=1">').waitFor();
    expect(await page.locator('img[src=x]').count()).toBe(0);
    expect(await page.title()).not.toBe('1');
  });

  it('is reported when it does not answer, names can still be typed, and later it is asked again', async () => {
    const repository = await AptRepository.serve([base, { name: 'nano' }]);
    repository.cutOff(/InRelease/, 40);
    const { page } = await openInChromium({
      document: debianLive(from(repository)),
    });
    const packages = new PackagesPage(page);
    await packages.goTo('Packages');
    await page
      .getByRole('alert')
      .getByText(/package lists could not be fetched/)
      .waitFor();
    await page.getByLabel('Package to add').fill('typed');
    await page.keyboard.press('Enter');
    await packages.inImage('typed').waitFor();
    repository.mend();
    await packages.button('Try again').click();
    await packages.inRepository('base-files').waitFor();
    repository.stop();
    await packages.button('Refresh package lists').click();
    await page
      .getByRole('alert')
      .getByText(/^Could not refresh\. The package lists could not be fetched/)
      .waitFor();
    await packages.inRepository('base-files').waitFor();
  });
});

/** Bytes of the page's JavaScript heap after a garbage collection. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}
