import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'vitest';
import { openInChromium } from '../e2e/support/app';
import { temporary } from '../e2e/support/samples';
import { TimelinePage } from '../e2e/support/timeline';

/** The folder of the README's pictures. `npm run screenshots` writes them. */
const folder = join(import.meta.dirname, '../../resources/screenshots');

const STEPS = [
  ['im-pop', 'Populate the image with packages'],
  ['im-mod', 'Image area modifications'],
  ['live-config', 'Live user and autologin'],
  ['br-init', 'Boot root initialization'],
  ['br-config', 'Boot root configuration'],
  ['br-arch', 'Boot root archiving'],
  ['post-mod', 'Compress the live image'],
  ['content', 'List the image content'],
  ['grub-setup', 'GRUB menu setup'],
  ['iso', 'ISO image creation'],
] as const;

/** Steps with the names of a real image. Each takes a moment, so that the picture shows progress. */
function sample(): { document: string; fail(step: string, on: boolean): void; wait(step: string, on: boolean): void } {
  const base = join(temporary(), 'debian-live');
  mkdirSync(join(base, 'scripts'), { recursive: true });
  for (const [at, [name, message]] of STEPS.entries()) {
    const body = `#!/bin/sh
echo "${message}"
[ ${name} = live-config ] && echo "host name: $(ManifestRead "$1" key_value_pairs/pair[key=hostname]/value)"
mkdir -p "$2/usr/lib/${name}" "$2/etc"
n=0; while [ $n -lt ${6 + at * 3} ]; do n=$((n+1)); head -c $((n * 4000)) /dev/urandom >"$2/usr/lib/${name}/part-$n"; echo "unpacking part $n of ${name}"; done
printf 'last step: %s\\n' ${name} >"$2/etc/image-release"
[ ${name} = br-config ] && echo "W: Possible missing firmware for module r8169" >&2
sleep 0.${at + 2}
[ -e "${base}/fail-${name}" ] && { echo "${name}: cannot find the loader: no such file" >&2; exit 2; }
while [ -e "${base}/wait-${name}" ]; do sleep 0.05; done
exit 0
`;
    writeFileSync(join(base, 'scripts', name), body);
    chmodSync(join(base, 'scripts', name), 0o755);
  }
  const scripts = STEPS.map(
    ([name, message]) =>
      `      <script name="scripts/${name}">\n        <checkpoint name="${name}" message="${message}"/>\n      </script>\n`,
  );
  const document = join(base, 'manifest.xml');
  writeFileSync(
    document,
    `<distribution name="Debian_Live_Minimal">
  <distro_constr_params>
    <build_area>${join(base, 'area')}</build_area>
    <distro_constr_flags><stop_on_error>true</stop_on_error><checkpoint_enable>true</checkpoint_enable></distro_constr_flags>
    <output_image><finalizer>
${scripts.join('')}    </finalizer></output_image>
  </distro_constr_params>
  <vmimg_params/>
  <key_value_pairs><pair key="hostname" value="live"/></key_value_pairs>
</distribution>
`,
  );
  const flag = (kind: string) => (step: string, on: boolean) =>
    on ? writeFileSync(join(base, `${kind}-${step}`), '') : rmSync(join(base, `${kind}-${step}`));
  return { document, fail: flag('fail'), wait: flag('wait') };
}

it.each(['dark', 'light'] as const)('takes the timeline, %s', async (theme) => {
  const { document, fail, wait } = sample();
  const { page } = await openInChromium({ document, theme, width: 1360, height: 860 });
  const timeline = new TimelinePage(page);
  const take = (name: string): Promise<Buffer> =>
    page.screenshot({ path: join(folder, `timeline-${name}-${theme}.png`) });
  const resume = async (step: string): Promise<void> => {
    await timeline.checkpoint(step).click();
    await timeline.button('Resume from here').click();
  };
  await timeline.open();
  fail('br-config', true);
  await timeline.buildButton.click();
  await timeline.says('Failed in br-config');
  await resume('br-init');
  await timeline.says(/Running/);
  await timeline.says('Failed in br-config');
  await timeline.checkpoint('br-config').click();
  await page.getByText('Keeps').waitFor();
  await page.getByText(/This step has never succeeded in this build area/).waitFor();
  await take('failed');
  fail('br-config', false);
  await timeline.checkpoint('grub-setup').click();
  await timeline.button('Pause here').click();
  wait('post-mod', true);
  await resume('br-config');
  await timeline.says('Running post-mod');
  await page
    .getByRole('log')
    .getByText(/unpacking part 24 of post-mod/)
    .waitFor();
  await take('running');
  wait('post-mod', false);
  await timeline.says('Paused before grub-setup');
  await timeline.checkpoint('br-config').click();
  await page.getByText('Keeps').waitFor();
  await page.getByRole('button', { name: /^\+\d+ ~/ }).waitFor();
  await take('paused');
  await timeline.tab('Changes');
  await page.getByLabel('Changes since').selectOption({ index: 2 });
  await page.getByRole('treeitem', { name: /image-release/ }).click();
  await page
    .getByText(/last step/)
    .first()
    .waitFor();
  await take('compare');
  writeFileSync(document, readFileSync(document, 'utf8').replace('value="live"', 'value="desk"'));
  await timeline.checkpoint('post-mod').click();
  await page
    .getByText(/it was live, is desk/)
    .first()
    .waitFor();
  await timeline.tab('Log');
  await timeline.button('Select live-config instead').waitFor();
  await take('stale');
  await timeline.button('Table').click();
  await take('table');
});

it.each(['dark', 'light'] as const)('takes the lines of a build area, %s', async (theme) => {
  const { document } = sample();
  const { page } = await openInChromium({ document, theme, width: 1360, height: 860 });
  const timeline = new TimelinePage(page);
  const buildAs = async (hostName: string): Promise<void> => {
    writeFileSync(document, readFileSync(document, 'utf8').replace(/(key="hostname" value=")[^"]*/, `$1${hostName}`));
    await timeline.buildButton.filter({ hasText: 'Resume from live-config' }).waitFor();
    await timeline.buildButton.click();
    await timeline.says(/^Running/);
    await timeline.says(/^Done/);
  };
  await timeline.open();
  await timeline.buildButton.click();
  await timeline.says(/^Done/);
  await buildAs('desk');
  await buildAs('kiosk');
  await page.locator('[data-line="main"]').locator('[data-parked-step=grub-setup]').click();
  await timeline.button('Compare').click();
  await page.getByRole('treeitem').first().waitFor();
  await page.screenshot({ path: join(folder, `timeline-lines-${theme}.png`) });
});
