/**
 * A package URL: `pkg:deb/debian/vim@2:9.0.1378-2?arch=amd64&distro=bookworm`
 * (https://github.com/package-url/purl-spec).
 *
 * @param path type, namespace and name
 */
export function purlOf(path: readonly string[], version: string, qualifiers: Readonly<Record<string, string>>): string {
  const given = Object.entries(qualifiers).filter(([, value]) => value !== '');
  const query = given.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${encoded(value)}`);
  const end = query.length === 0 ? '' : `?${query.join('&')}`;
  return `pkg:${path.map(encoded).join('/')}@${encoded(version)}${end}`;
}

/** The specification leaves colons as they are. */
const encoded = (text: string): string => encodeURIComponent(text).replaceAll('%3A', ':');
