/** The sections of a manifest, in the order of the list on the left. */
export const SECTIONS = [
  { group: 'Image', id: 'overview', title: 'Overview' },
  { group: 'Image', id: 'packages', title: 'Packages' },
  { group: 'Image', id: 'repositories', title: 'Repositories' },
  { group: 'Image', id: 'accounts', title: 'Accounts and locale' },
  { group: 'Image', id: 'boot', title: 'Boot' },
  { group: 'Image', id: 'outputs', title: 'Outputs' },
  { group: 'Build', id: 'steps', title: 'Steps' },
  { group: 'Build', id: 'area', title: 'Build settings' },
  { group: 'Build', id: 'pairs', title: 'Script parameters' },
  { group: 'Source', id: 'scripts', title: 'Scripts' },
  { group: 'Source', id: 'xml', title: 'XML' },
  { group: 'Source', id: 'changes', title: 'Changes since save' },
] as const;

/** One of the sections. */
export type SectionId = (typeof SECTIONS)[number]['id'];

/** Returns the section that edits a nodepath. */
export function sectionOf(path: string): SectionId {
  if (path === '' || path === 'name') return 'overview';
  if (/(^|\/)(packages|post_install_remove_packages)(\/|\[|$)/.test(path)) return 'packages';
  if (/authority/.test(path)) return 'repositories';
  if (/(finalizer|script|checkpoint|argslist)/.test(path) && !/checkpoint_enable/.test(path)) return 'steps';
  if (/(rootpass|hostname|locale|user)/.test(path)) return 'accounts';
  if (/(boot_archive|bootroot|grub|loader)/.test(path)) return 'boot';
  if (/(build_area|pkg_image_area$|logfile_dir|distro_constr_flags)/.test(path)) return 'area';
  if (/(output_image|live_img|max_size|pkg_image_area|search_index|netservices|power_mgmt|vmimg)/.test(path))
    return 'outputs';
  if (/key_value_pairs/.test(path)) return 'pairs';
  return 'xml';
}
