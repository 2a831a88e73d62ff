/**
 * Formats that users mistake for a manifest of `distro_const`, by their root element: what the file is, and what can be
 * done with it.
 */
const FOREIGN_FORMATS: ReadonlyMap<string, string> = new Map([
  [
    'dc',
    'This is a manifest of the distribution constructor of Solaris 11 (`dc`), a newer and different format than `distribution`. Slipway opens it and edits it as text, but cannot build it. Build it on Solaris 11, or convert it by hand: the page "Convert a Solaris 11 manifest" of the manual has the counterpart of each element.',
  ],
  [
    'auto_install',
    'This is a manifest of the Automated Installer of Solaris (`auto_install`), which describes an installed system and not an image. Slipway opens it and edits it as text, but cannot build it. An image needs a `distribution` manifest: create one from a template and take over the packages.',
  ],
  [
    'ai_manifest',
    'This is a manifest of the Automated Installer of OpenSolaris (`ai_manifest`), which describes an installed system and not an image. Slipway opens it and edits it as text, but cannot build it. An image needs a `distribution` manifest: create one from a template and take over the packages.',
  ],
  [
    'ai_criteria_manifest',
    'This is a criteria manifest of the Automated Installer (`ai_criteria_manifest`), which selects machines and not the content of an image. Slipway opens it and edits it as text, but cannot build it. An image needs a `distribution` manifest.',
  ],
  [
    'service_bundle',
    'This is an SMF manifest or profile (`service_bundle`), which describes services and not an image. Slipway opens it and edits it as text, but cannot build it. A step of a `distribution` manifest can copy it into an image.',
  ],
  [
    'image',
    'This is an image description of KIWI (`image`), another format than `distribution`. Slipway opens it and edits it as text, but cannot build it. Build it with KIWI, or create a manifest from a template and take over the packages.',
  ],
]);

/**
 * The sentence for a root element that is not the manifest's.
 *
 * @param root name of the element that the file has
 * @param expected name of the element that a manifest has
 */
export function wrongRootMessage(root: string, expected: string): string {
  return (
    FOREIGN_FORMATS.get(root.slice(root.indexOf(':') + 1)) ??
    `The root element must be \`${expected}\`, not \`${root}\`. This is not a manifest of \`distro_const\`; Slipway opens it and edits it as text.`
  );
}
