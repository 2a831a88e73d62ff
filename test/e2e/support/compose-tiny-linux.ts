import { join } from 'node:path';
import type { Designer } from './designer';
import { dragTo } from './mouse';
import type { Person } from './person';

export const TINY_LINUX_STEPS = ['im-pop', 'im-mod', 'br-init', 'br-config', 'br-arch', 'grub-setup', 'iso'];

/**
 * Composes tiny-linux from the blank template, whose dialog is open, in `folder`/composed, with its build area in `folder`/area. The boot
 * menu comes last, after the medium that needs it.
 */
export async function composeTinyLinux(designer: Designer, person: Person, folder: string): Promise<void> {
  const { page } = designer;
  const dialog = page.getByRole('dialog');
  await person.press(dialog.getByRole('radio', { name: /Blank/ }));
  await person.fill(dialog.getByLabel('Name'), 'composed');
  await person.fill(dialog.getByLabel('In folder'), folder);
  await person.press(dialog.getByRole('button', { name: 'Create' }));
  await page.getByText('composed/manifest.xml').first().waitFor();

  await person.press(designer.section('Build settings'));
  await person.fill(page.getByLabel('Build area', { exact: true }), join(folder, 'area'));

  await person.press(designer.section('Packages'));
  await person.fill(page.getByLabel('Package to add'), 'linux-image-cloud-amd64');
  await person.press(designer.button('Add'));
  await designer.row('linux-image-cloud-amd64').waitFor();

  await person.press(designer.section('Boot'));
  await person.press(page.getByRole('tab', { name: 'Boot archive' }));
  const last = page.getByRole('tabpanel');
  for (const [kind, path] of [
    ['dir', 'etc'],
    ['dir', 'root'],
    ['file', 'bin'],
    ['file', 'sbin'],
    ['file', 'lib'],
  ] as const) {
    await person.choose(last.getByLabel('Kind', { exact: true }), kind);
    await person.fill(last.getByLabel('Path in the image'), path);
    await person.press(last.getByRole('button', { name: 'Add', exact: true }));
    await designer.row(`Include ${path}`).waitFor();
  }

  await person.press(designer.section('Steps'));
  await designer.row('Step hello').waitFor();
  await person.press(designer.button('Remove'));
  for (const step of [...TINY_LINUX_STEPS.filter((name) => name !== 'grub-setup'), 'grub-setup']) {
    await person.press(designer.button('Add step…').first());
    await person.press(dialog.getByRole('button', { name: new RegExp(`^${step}\\b`) }).last());
    await designer.row(`Step ${step}`).waitFor();
  }
}

/** The boot menu comes after the medium that needs it. The window reports it, and dragging corrects it. */
export async function dragBootMenuBeforeMedium(designer: Designer): Promise<void> {
  const { page } = designer;
  const warning = page.getByRole('region', { name: 'Problems' }).getByText('iso runs before grub-setup');
  await warning.waitFor();
  await dragTo(page, designer.row('Step grub-setup'), designer.row('Step iso'), 'before');
  await warning.waitFor({ state: 'detached' });
  await page.getByText('0 errors · 0 warnings').waitFor();
}
