import type { BuildStepDeclaration } from './model';

/** What a step does, as far as its name and its script's name tell. */
type Role = 'populate' | 'archive-fill' | 'archive-configure' | 'archive-pack' | 'boot-menu' | 'media' | 'usb';

const ROLES: readonly (readonly [Role, RegExp])[] = [
  ['populate', /^(im[-_]pop|install[-_]packages)$/],
  ['archive-fill', /^(br|ba|bootroot|boot[-_]archive)[-_]?(init|initialize)$/],
  ['archive-configure', /^(br|ba|bootroot|boot[-_]archive)[-_]?(config|configure)$/],
  ['archive-pack', /^(br|ba|bootroot|boot[-_]archive)[-_]?(arch|archive)$/],
  ['boot-menu', /^(grub|loader)[-_]?(setup|menu|config)$/],
  ['media', /^(create[-_])?iso$/],
  ['usb', /^(create[-_])?usb$/],
];

/** Earlier role, later role, and why: the warning's middle. */
const ORDER: readonly (readonly [Role, Role, string])[] = [
  ['populate', 'archive-fill', 'there is nothing to fill the boot archive from before'],
  ['archive-fill', 'archive-configure', 'the boot archive is empty before'],
  ['archive-configure', 'archive-pack', 'the packed boot archive would lack its configuration'],
  ['archive-fill', 'archive-pack', 'an empty boot archive would be packed'],
  ['archive-pack', 'media', 'the media would lack the boot archive'],
  ['boot-menu', 'media', 'the media would lack the boot menu'],
  ['boot-menu', 'usb', 'the USB image would lack the boot menu'],
  ['media', 'usb', 'the USB image is made from the ISO image'],
  ['populate', 'media', 'the media would be empty'],
];

/** Two steps that stand in the wrong order. */
export interface StepOrderProblem {
  /** The step that comes too early, and the one that it needs before it; indices over all steps. */
  readonly early: number;
  readonly needed: number;
  readonly message: string;
}

/**
 * Steps that run before what they need, by what stock finalizers are called. A warning only: a script may be named like one and do
 * something else.
 */
export function findStepOrderProblems(steps: readonly BuildStepDeclaration[]): StepOrderProblem[] {
  const roles = steps.map(roleOf);
  return ORDER.flatMap(([first, second, why]) => {
    const needed = roles.indexOf(first);
    const early = roles.indexOf(second);
    if (needed < 0 || early < 0 || needed < early) return [];
    const [a, b] = [steps[early]?.name ?? '', steps[needed]?.name ?? ''];
    return [{ early, needed, message: `The step \`${a}\` runs before \`${b}\`: ${why}.` }];
  });
}

function roleOf({ name, script }: BuildStepDeclaration): Role | undefined {
  const file = script?.split('/').at(-1) ?? '';
  return ROLES.find(([, pattern]) => pattern.test(file) || pattern.test(name))?.[0];
}
