import type { Plugin } from 'vite';
import { renderPage } from './markdown';

/** Loads `PAGE.md?manual` as a module with `title`, `html` and `leadsTo`. Pictures become files of the window. */
export function manualPages(): Plugin {
  return {
    name: 'slipway-manual',
    enforce: 'pre',
    transform(source, id) {
      if (!id.endsWith('.md?manual')) return undefined;
      const { title, html, pictures, leadsTo } = renderPage(source);
      const imports = pictures.map((path, at) => `import picture${at} from ${JSON.stringify(`${path}?url`)};\n`);
      const parts = html.map((part, at) => (at === 0 ? '' : `picture${at - 1} + `) + JSON.stringify(part));
      const code = `${imports.join('')}
export const title = ${JSON.stringify(title)};
export const leadsTo = ${JSON.stringify(leadsTo)};
export const html = ${parts.join(' + ')};
`;
      return { code, map: null, moduleType: 'js' };
    },
  };
}
