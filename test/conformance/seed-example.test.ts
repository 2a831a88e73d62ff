import { afterAll, expect, it } from 'vitest';
import { TestProject } from '../support/engine';

/** The twelve steps of the Distribution Constructor's guide of 2008, as its example lists them. */
const GUIDE = [
  ['im-pop', 'Populate the image with packages'],
  ['pkg-add', 'Add my pkg to the image area'],
  ['im-mod', 'Image area Modifications'],
  ['br-init', 'Boot root initialization'],
  ['br-config', 'Boot root configuration'],
  ['ai-br-config', 'Auto Install boot root configuration'],
  ['ai-post-br-config', 'Auto Install post boot root configuration'],
  ['br-arch', 'Boot root archiving'],
  ['ai-post-br-arch', 'Auto Install post boot root archiving'],
  ['grub-setup', 'Grub menu setup'],
  ['post-mod', 'Post bootroot image area modification'],
  ['iso', 'ISO image creation'],
] as const;

const project = new TestProject({ steps: GUIDE.map(([name, message]) => ({ name, message })) });
afterAll(() => project.dispose());

it('The table of the guide is printed after a pause at grub-setup.', async () => {
  expect((await project.build('-p', 'grub-setup')).code).toBe(0);
  const { stderr, code } = await project.build('-l');
  expect(code).toBe(0);
  expect(stderr).toBe(`
Step           Resumable Description
-------------- --------- -------------
im-pop             X     Populate the image with packages
pkg-add            X     Add my pkg to the image area
im-mod             X     Image area Modifications
br-init            X     Boot root initialization
br-config          X     Boot root configuration
ai-br-config       X     Auto Install boot root configuration
ai-post-br-config    X     Auto Install post boot root configuration
br-arch            X     Boot root archiving
ai-post-br-arch    X     Auto Install post boot root archiving
grub-setup         X     Grub menu setup
post-mod                 Post bootroot image area modification
iso                      ISO image creation
`);
});
