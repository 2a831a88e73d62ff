import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { openInChromium } from './support/app';
import { inCarriers } from './support/carriers';
import { temporary } from './support/samples';
import { TimelinePage } from './support/timeline';

/** A document of another author, whose step creates a file beside the folder. */
function foreign(): { path: string; ran: string } {
  const base = temporary();
  const folder = join(base, 'clone');
  const ran = join(base, 'ran');
  mkdirSync(join(folder, 'scripts'), { recursive: true });
  writeFileSync(join(folder, 'scripts/a'), `#!/bin/sh\necho ran >'${ran}'\n`, { mode: 0o755 });
  const template = join(import.meta.dirname, '../../resources/templates/blank/manifest.xml');
  const source = readFileSync(template, 'utf8')
    .replace(/<build_area>[^<]*/, `<build_area>${join(base, 'area')}`)
    .replace(
      /<finalizer>[\s\S]*<\/finalizer>/,
      '<finalizer><script name="scripts/a"><checkpoint name="a" message="Step a"/></script></finalizer>',
    );
  const path = join(folder, 'manifest.xml');
  writeFileSync(path, source);
  return { path, ran };
}

inCarriers({}, (open) => {
  it('A folder that was not made here runs nothing before its scripts were shown and trusted, and the user is asked once.', async () => {
    const { path, ran } = foreign();
    const state = join(temporary(), 'state');
    const { page, close } = await open({ document: path, state, isForeign: true });
    const timeline = new TimelinePage(page);
    await timeline.open();
    const question = page.getByRole('dialog', { name: /^Build scripts from .*clone as .* on this computer\?$/ });
    await timeline.buildButton.click();
    await question.getByText('scripts/a', { exact: true }).click();
    await question.getByText(`echo ran >'${ran}'`).waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'detached' });
    expect(existsSync(ran)).toBe(false);

    await timeline.buildButton.click();
    await question.getByRole('button', { name: 'Trust and continue' }).click();
    await timeline.says(/^Done/);
    expect(existsSync(ran)).toBe(true);
    await close();

    const again = new TimelinePage((await open({ document: path, state, isForeign: true })).page);
    await again.open();
    await again.buildButton.click();
    await again.says(/^Done|running/i);
  });
});

it('The question shows controls of the writing direction in names, texts, arguments and variables of scripts, and a refusal shows them too.', async () => {
  const { path } = foreign();
  const script = join(dirname(path), 'scripts/\u202egnp.sh');
  writeFileSync(script, '#!/bin/sh\necho \u2066hidden\n');
  writeFileSync(
    path,
    readFileSync(path, 'utf8')
      .replace('scripts/a', 'scripts/\u202egnp.sh')
      .replace('</script>', '<argslist>"-c" "rm \u202ex"</argslist></script>')
      .replace(
        '</distribution>',
        '<key_value_pairs><pair key="environment" value="BASH_ENV \u202eLD_PRELOAD"/></key_value_pairs></distribution>',
      ),
  );
  const { page } = await openInChromium({ document: path, isForeign: true });
  const timeline = new TimelinePage(page);
  await timeline.open();
  await timeline.buildButton.click();
  const question = page.getByRole('dialog', { name: /^Build scripts from / });
  await question.getByText('scripts/\\u202egnp.sh', { exact: true }).click();
  await question.getByText('echo \\u2066hidden').waitFor();
  await question.getByText("-c 'rm \\u202ex'", { exact: true }).waitFor();
  await question.getByText("BASH_ENV '\\u202eLD_PRELOAD'", { exact: true }).waitFor();
  await question.getByRole('button', { name: 'Trust and continue' }).click();
  // The script is not executable.
  const failure = page.getByRole('region', { name: 'What went wrong' });
  await failure.getByText('\\u202egnp.sh').waitFor();
});
