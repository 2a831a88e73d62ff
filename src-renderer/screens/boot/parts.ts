/** Whether a path of the section Boot belongs to the boot archive, not to the menu. */
export function isOfArchive(path: string): boolean {
  return /(^|\/)(boot_archive|bootroot)(_contents)?(\/|\[|@|$)/.test(path);
}

/** Whether a path belongs to the rules of what goes into the boot archive. */
export function isOfContents(path: string): boolean {
  return /(boot_archive|bootroot)_contents\/base_(in|ex)clude/.test(path);
}
