import { expect, it } from 'vitest';
import { buildCommand, continueCommand } from '../../../../src-renderer/screens/build/build-command';

const manifest = '/images/my disk/manifest.xml';

it('The copied command keeps the present state where the window keeps it.', () => {
  expect(continueCommand({ manifest, fork: true })).toBe('distro_const build --continue --fork manifest.xml');
  expect(continueCommand({ manifest, fork: false })).toBe('distro_const build --continue manifest.xml');
  expect(buildCommand({ manifest, resume: 'grub setup', fork: true })).toBe(
    "distro_const build --fork -r 'grub setup' manifest.xml",
  );
});

it('The copied command has the pause.', () => {
  expect(buildCommand({ manifest, pause: 'br-arch' })).toBe('distro_const build -p br-arch manifest.xml');
  expect(buildCommand({ manifest, resume: 'b', pause: 'd' })).toBe('distro_const build -r b -p d manifest.xml');
});
