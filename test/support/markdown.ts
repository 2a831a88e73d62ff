import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project's folder. */
export const root = join(import.meta.dirname, '../..');

/** The pages for new users: paths below the project's folder. */
export const pages: readonly string[] = [
  'README.md',
  'src-engine/README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
];

/** A fenced block of code. */
export interface Fence {
  readonly language: string;
  readonly text: string;
}

const FENCE = /^```(\w*)\n(.*?)^```$/gms;

export const readPage = (page: string): string => readFileSync(join(root, page), 'utf8');

/** The fenced blocks of a page, in their order. */
export function fencesOf(page: string): Fence[] {
  return [...readPage(page).matchAll(FENCE)].map(([, language = '', text = '']) => ({ language, text }));
}

/** A page's text without its code. */
export function proseOf(page: string): string {
  return readPage(page)
    .replace(FENCE, '')
    .replace(/`[^`\n]*`/g, (code) => (code.includes('](') ? '' : code));
}

/** The targets of a page's links and pictures, as written. */
export function linksOf(page: string): { readonly text: string; readonly to: string; readonly isPicture: boolean }[] {
  return [...proseOf(page).matchAll(/(!?)\[([^\]]*)\]\(([^)\s]*)\)/g)].map(([, mark, text = '', to = '']) => ({
    text,
    to,
    isPicture: mark === '!',
  }));
}

/** The anchors of a page's headings, as code hosts make them. */
export function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
