/** Where the original installs the scripts of its own manifests. */
const ORIGINAL_SCRIPTS = '/usr/share/distro_const/';

/**
 * What to do about a script that does not exist or cannot be executed, as a sentence.
 *
 * @param path as the manifest has it
 */
export function scriptHint(path: string): string {
  if (path.startsWith(ORIGINAL_SCRIPTS))
    return 'It belongs to the original distribution constructor: build on a host where that is installed, or name another script.';
  if (path.startsWith('/'))
    return 'An absolute path is a path of the build host: install the script there, or correct the path.';
  return 'A relative path starts at the folder in which the command runs. Slipway runs it in the folder of the manifest.';
}
