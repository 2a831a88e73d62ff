import { moveElements } from '../element-edits';
import { stepElements } from '../layout';
import type { DeclaredStep } from '../model';
import type { Edit } from '../splice';
import type { ManifestTree } from '../tree';
import type { Rule } from './rule';

/** What a step does, as far as its name or its script's name shows. */
type Role =
  | 'populate'
  | 'archive-fill'
  | 'archive-configure'
  | 'archive-pack'
  | 'boot-menu'
  | 'compress'
  | 'contents'
  | 'media'
  | 'usb'
  | 'disk'
  | 'disk-file'
  | 'netboot'
  | 'container';

const ROLES: readonly (readonly [Role, RegExp])[] = [
  ['populate', /^(im[-_]pop|install[-_]packages)$/],
  ['archive-fill', /^(br|ba|bootroot|boot[-_]archive)[-_]?(init|initialize)$/],
  ['archive-configure', /^(br|ba|bootroot|boot[-_]archive)[-_]?(config|configure)$/],
  ['archive-pack', /^(br|ba|bootroot|boot[-_]archive)[-_]?(arch|archive)$/],
  ['boot-menu', /^(grub|loader)[-_]?(setup|menu|config)$/],
  ['compress', /^post[-_]mod$/],
  ['contents', /^gen[-_]cd[-_]cont(ent)?s?$/],
  ['media', /^(create[-_])?iso$/],
  ['usb', /^(create[-_])?usb$/],
  ['disk', /^disk$/],
  ['disk-file', /^(raw|qcow2|vmdk|vhd)$/],
  ['netboot', /^netboot$/],
  ['container', /^oci$/],
];

/** The earlier role, the later role, and a clause with the reason. */
const ORDER: readonly (readonly [Role, Role, string])[] = [
  ['populate', 'archive-fill', 'there is nothing to fill the boot archive from before'],
  ['archive-fill', 'archive-configure', 'the boot archive is empty before'],
  ['archive-configure', 'archive-pack', 'the packed boot archive would lack its configuration'],
  ['archive-fill', 'archive-pack', 'an empty boot archive would be packed'],
  ['archive-pack', 'media', 'the media would lack the boot archive'],
  ['boot-menu', 'media', 'the media would lack the boot menu'],
  ['compress', 'media', 'the media would have the image as it is before that step'],
  ['contents', 'media', 'the media would lack the list of its contents'],
  ['boot-menu', 'usb', 'the USB image would lack the boot menu'],
  ['media', 'usb', 'the USB image is made from the ISO image'],
  ['populate', 'media', 'the media would be empty'],
  ['boot-menu', 'disk', 'the disk would lack the boot menu'],
  ['compress', 'disk', 'the disk is made from what that step packs'],
  ['disk', 'disk-file', 'there is no disk before'],
  ['boot-menu', 'netboot', 'the files for netboot would lack the boot menu'],
  ['compress', 'netboot', 'the files for netboot would lack the packed image'],
  ['compress', 'container', 'the container image is made from what that step packs'],
];

/**
 * Steps that run before a step that they need, by the names of the shipped finalizers. A warning only, because a script may have such a
 * name and do something else. The fix moves a step behind all steps that it needs.
 */
export const stepOrderRule: Rule = {
  check({ tree, manifest: { steps } }) {
    const roles = steps.map(roleOf);
    const found = ORDER.flatMap(([first, second, why]) => {
      const needed = roles.indexOf(first);
      const early = roles.indexOf(second);
      return needed < 0 || early < 0 || needed < early ? [] : [{ needed, early, why }];
    });
    return found.map(({ needed, early, why }) => ({
      severity: 'warning',
      phase: 'structure',
      code: 'step-order',
      message: `The step \`${steps[early]?.name ?? ''}\` runs before \`${steps[needed]?.name ?? ''}\`: ${why}.`,
      path: 'finalizer/script',
      range: steps[early]?.range,
      step: early,
      fix: moveAfter(
        tree,
        steps,
        early,
        Math.max(...found.filter((one) => one.early === early).map((one) => one.needed)),
      ),
    }));
  },
};

function roleOf({ name, script }: DeclaredStep): Role | undefined {
  const file =
    script
      ?.split('/')
      .at(-1)
      ?.replace(/\.(py|sh|pl)$/, '') ?? '';
  return ROLES.find(([, pattern]) => pattern.test(file) || pattern.test(name))?.[0];
}

/** `undefined` where one of the steps is built in, or they belong to different output images. */
function moveAfter(
  tree: ManifestTree,
  steps: readonly DeclaredStep[],
  early: number,
  needed: number,
): Edit | undefined {
  const elements = stepElements(tree.root);
  const builtIn = steps.length - elements.length;
  const [element, target] = [elements[early - builtIn], elements[needed - builtIn]];
  if (!element || !target || element.parent !== target.parent) return undefined;
  const next = elements[needed - builtIn + 1];
  const splices = moveElements(tree, [element], next?.parent === target.parent ? next : undefined);
  return { label: `Move after ${steps[needed]?.name ?? ''}`, splices };
}
