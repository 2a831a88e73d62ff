import type { Choice } from '../../components/form/choices';
import { localeChoice } from './own-lists';

// Values that files of an image have.

/** Lines of a text without those that are empty or comments. */
const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

const unique = (values: readonly string[]): string[] => [...new Set(values)];

/** The shells of /etc/shells. */
export const shellsIn = (text: string): readonly Choice[] => unique(linesOf(text)).map((value) => ({ value }));

/** The schemes of the PAM configuration besides SHA-512, which every image can check. */
export const hashesIn = (text: string): readonly Choice[] =>
  linesOf(text).some((line) => /\byescrypt\b/.test(line)) ? [{ value: 'yescrypt' }] : [];

/** The groups of /etc/group, by name. */
export const groupsIn = (text: string): readonly Choice[] =>
  unique(linesOf(text).map((line) => line.split(':')[0] ?? ''))
    .filter((name) => name !== '')
    .sort((a, b) => a.localeCompare(b))
    .map((value) => ({ value }));

/** The locales of /usr/share/i18n/SUPPORTED in UTF-8, each with its character set. */
export function localesIn(text: string): readonly Choice[] {
  const names = linesOf(text).flatMap((line) => {
    const [name = '', charset] = line.split(/\s+/);
    if (charset !== 'UTF-8') return [];
    return name.includes('.') ? [name] : [name.replace(/(@|$)/, '.UTF-8$1')];
  });
  return unique(names).map(localeChoice);
}

/** The zones of zone.tab, each with its country and a remark. */
export function zonesIn(text: string): readonly Choice[] {
  const names = new Intl.DisplayNames(['en'], { type: 'region' });
  const zones = linesOf(text).flatMap((line) => {
    const [codes = '', , value, remark] = line.split('\t');
    if (value === undefined) return [];
    const countries = codes.split(',').map((code) => (/^[A-Z]{2}$/.test(code) ? (names.of(code) ?? code) : code));
    return [{ value, text: [countries.join(', '), remark].filter(Boolean).join(': ') }];
  });
  return [{ value: 'UTC' }, ...zones.sort((a, b) => a.value.localeCompare(b.value))];
}

/** The layouts and variants of evdev.lst: `de`, and `de nodeadkeys`. */
export function keyboardsIn(text: string): readonly Choice[] {
  const layouts: Choice[] = [];
  const variants = new Map<string, Choice[]>();
  let part = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('!')) part = line.slice(1).trim();
    const [, name = '', rest = ''] = /^\s+(\S+)\s+(.+)$/.exec(line) ?? [];
    if (name === '') continue;
    if (part === 'layout' && name !== 'custom') layouts.push({ value: name, text: rest.trim() });
    const [, layout = '', title = ''] = (part === 'variant' && /^([^:]+):\s*(.+)$/.exec(rest)) || [];
    if (layout !== '')
      variants.set(layout, [...(variants.get(layout) ?? []), { value: `${layout} ${name}`, text: title.trim() }]);
  }
  return layouts.flatMap((layout) => [layout, ...(variants.get(layout.value) ?? [])]);
}
