import { detectLayout, partsOf } from '../../../src-shared/manifest/layout';
import type { ManifestTree } from '../../../src-shared/manifest/tree';
import { assertNever } from '../../../src-shared/assert-never';
import type { SectionId } from '../../../src-shared/document/sections';

/** An element, or some of its children, on a form screen. */
export interface FormPart {
  readonly path: string;
  readonly only?: readonly string[];
  readonly without?: readonly string[];
  /** Elements at any depth that are edited on another screen. */
  readonly hidden?: readonly string[];
}

const AUTHORITIES = [
  'pkg_repo_default_authority',
  'pkg_repo_addl_authority',
  'post_install_repo_default_authority',
  'post_install_repo_addl_authority',
];
const ACCOUNTS = ['rootpass', 'hostname', 'locale_list', 'locale_defaults', 'root_user', 'user'];
const BOOT = [
  'boot_archive_contents',
  'bootroot_contents',
  'loader_menu_modifications',
  'grub_menu_modifications',
  'grub_menu.lst',
];
/** How the boot archive is packed, for each output image. */
const RAMDISK = ['boot_archive', 'bootroot'];
const LISTS = ['packages', 'post_install_remove_packages'];

/** The sections that are edited with a form. Each other section has a screen in `screens/sections.ts`. */
export const FORM_SECTIONS = [
  'repositories',
  'accounts',
  'boot',
  'area',
  'outputs',
  'pairs',
] as const satisfies readonly SectionId[];

/** One of the sections that are edited with a form. */
export type FormSection = (typeof FORM_SECTIONS)[number];

/** Whether a section is edited with a form. */
export function isFormSection(section: SectionId): section is FormSection {
  return FORM_SECTIONS.some((one) => one === section);
}

/** Returns what a form screen edits. Together with packages and steps they cover the whole schema (test/renderer/screens/form/forms.test.ts). */
export function formOf(section: FormSection, { root }: ManifestTree): readonly FormPart[] {
  const layout = detectLayout(root);
  const parts = partsOf(layout);
  switch (section) {
    case 'repositories':
      return [{ path: parts.authorities, only: AUTHORITIES }];
    case 'accounts':
      return [{ path: parts.image, only: ACCOUNTS }];
    case 'boot':
      return [
        { path: parts.image, only: BOOT },
        { path: parts.outputImage, only: RAMDISK },
      ];
    case 'area':
      return [
        ...(layout === 'B' ? [] : [{ path: parts.image, only: ['build_area', 'pkg_image_area'] }]),
        { path: 'distro_constr_params', without: ['output_image', ...AUTHORITIES] },
      ];
    case 'outputs':
      return [
        {
          path: parts.outputImage.replace('/output_image', ''),
          only: ['output_image'],
          hidden: ['finalizer', ...RAMDISK],
        },
        {
          path: parts.image,
          without: [...AUTHORITIES, ...ACCOUNTS, ...BOOT, ...LISTS, 'output_image', 'build_area', 'pkg_image_area'],
        },
      ];
    case 'pairs':
      return [{ path: 'key_value_pairs' }];
    default:
      return assertNever(section);
  }
}
