import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporary } from './samples';

const tinyLinux = join(import.meta.dirname, '../../../resources/templates/tiny-linux');

/** A name that is wider than any column and has no place for a line break. */
export const LONG_NAME = 'a_name_of_a_thing_that_goes_on_and_on_until_it_fits_in_no_column_of_the_window';

/** A new manifest whose names and values are all long. */
export function longManifest(): string {
  const folder = join(temporary(), LONG_NAME);
  cpSync(tinyLinux, folder, { recursive: true });
  const path = join(folder, 'manifest.xml');
  const steps = Array.from(
    { length: 6 },
    (_, at) =>
      `<script name="scripts/${LONG_NAME}-${at}"><checkpoint name="${LONG_NAME}-${at}" message="${LONG_NAME} ${LONG_NAME}"/><argslist>"${LONG_NAME}" "${LONG_NAME}"</argslist></script>`,
  );
  const packages = Array.from({ length: 30 }, (_, at) => `<pkg name="package-${at}-${LONG_NAME}"/>`);
  const text = readFileSync(path, 'utf8')
    .replace('<distribution name="tiny-linux"', `<distribution name="${LONG_NAME}"`)
    .replace(/\/var\/(tmp|lib)\/slipway\/tiny-linux/, join(folder, 'area'))
    .replace('</finalizer>', `${steps.join('\n')}</finalizer>`)
    .replace('</packages>', `${packages.join('\n')}</packages>`)
    .replace('url="host-apt"', `url="http://${LONG_NAME.replaceAll('_', '-')}.example.org/debian"`)
    .replace('<hostname>tinylinux', `<hostname>${LONG_NAME}`)
    .replace('/home/guest', `/home/${LONG_NAME}/${LONG_NAME}`)
    .replace('<title>Tiny Linux', `<title>${LONG_NAME}`)
    .replace('(rescue shell)', `(${LONG_NAME})`)
    .replace('rdinit=/bin/sh', `rdinit=/${LONG_NAME}/${LONG_NAME}`)
    .replace('<pair key="kernel_alternatives" value="', `<pair key="${LONG_NAME}" value="${LONG_NAME} `);
  writeFileSync(path, text);
  return path;
}
