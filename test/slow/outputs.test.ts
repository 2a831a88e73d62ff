// The outputs of the templates besides ISO and USB images, built by the real engine and used as their users would.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onlyInFull } from '../support/full';
import { netboot } from '../support/netboot-machine';
import { runInImage, whyNoContainer } from '../support/oci-container';
import { OutputBuild } from '../support/output-build';
import { whyNoBoot } from '../support/qemu';
import { lacksRootOr, lacksTool, runTool } from '../support/run-tool';

const TOOLS = ['apt-get', 'cpio', 'zstd', 'grub-mkimage', 'mcopy', 'xorriso'];
const whyNot = {
  'tiny-linux': lacksTool(...TOOLS),
  'debian-live': onlyInFull ?? lacksRootOr(...TOOLS, 'mmdebstrap', 'mksquashfs', 'unsquashfs'),
};
const LOADERS = [
  ['bios', 'grub.0'],
  ['bios', 'boot.ipxe'],
  ['uefi', 'grubx64.efi'],
] as const;

describe.each(['tiny-linux', 'debian-live'] as const)('%s', (template) => {
  const why = whyNot[template];
  const served = mkdtempSync(join(tmpdir(), 'slipway-served-'));
  let project: OutputBuild;

  beforeAll(() => {
    if (why !== undefined) return;
    project = new OutputBuild(template, ['netboot', 'oci']);
    const { code, stderr } = project.build();
    expect(code, stderr).toBe(0);
    runTool('tar', '-xf', project.medium('netboot.tar'), '-C', served);
  });
  afterAll(() => {
    if (why === undefined) project.dispose();
    rmSync(served, { recursive: true, force: true });
  });

  it.for(LOADERS)(
    `${template} starts over the network to a login prompt with %s from %s.`,
    async ([firmware, startFile], { skip }) => {
      const reason = why ?? whyNoBoot() ?? (firmware === 'uefi' ? onlyInFull : undefined);
      if (reason !== undefined) skip(reason);
      const until = new RegExp(`${template.toUpperCase()}-READY name=${template} [\\s\\S]*login: `);
      const file = `${template}/${startFile}`;
      const console = await netboot({ served, startFile: file, firmware, until, timeoutSeconds: 600 });
      expect(console).toMatch(until);
    },
  );

  it(`The OCI image of ${template} runs in a container.`, ({ skip }) => {
    const reason = why ?? whyNoContainer;
    if (reason !== undefined) skip(reason);
    const { status, output } = runInImage(
      project.medium('oci.tar'),
      '/bin/sh',
      '-c',
      '. /etc/os-release; echo "runs $ID"',
    );
    expect(output).toContain(template === 'tiny-linux' ? 'runs tiny-linux' : 'runs debian');
    expect(status).toBe(0);
  });
});
