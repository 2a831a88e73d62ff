// Runs when the app is built, never in the window: the window has no Markdown parser.
import { Marked, type Tokens } from 'marked';

/** A page of the manual as HTML. */
export interface RenderedPage {
  /** Its first heading, as plain text. */
  readonly title: string;
  /** Between the parts a picture's address has to be put, in the order of `pictures`. */
  readonly html: readonly string[];
  /** Paths of pictures, as the page has them. */
  readonly pictures: readonly string[];
  /** Other pages that it leads to, by their names, in their order. */
  readonly leadsTo: readonly string[];
}

/** Stands for a picture's address until the page is cut there; no text has it, because text has no control characters. */
const CUT = '\u0000';

/**
 * Renders a page of `docs/`. Markup in it is shown as text. Links to other pages get `data-page` and `data-anchor`; links that lead out of
 * the manual are text: the window opens no other page.
 */
export function renderPage(source: string): RenderedPage {
  const pictures: string[] = [];
  const leadsTo: string[] = [];
  let title = '';
  const marked = new Marked({
    renderer: {
      html: ({ text }: Tokens.HTML | Tokens.Tag) => escape(text),
      heading({ tokens, depth, text }) {
        if (title === '') title = plain(text);
        return `<h${depth} id="${idOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const words = this.parser.parseInline(tokens);
        const [, page, anchor = ''] = /^(?:([\w-]+)\.md)?(?:#([\w-]+))?$/.exec(href) ?? [undefined, undefined, ''];
        if (page === undefined && anchor === '') return /^https:/.test(href) ? `${words} (${escape(href)})` : words;
        if (page !== undefined) leadsTo.push(page);
        return `<a href="#${page ?? anchor}" data-page="${page ?? ''}" data-anchor="${anchor}">${words}</a>`;
      },
      image({ href, text }) {
        pictures.push(href);
        return `<img src="${CUT}" alt="${escape(text)}" />`;
      },
    },
  });
  const html = marked.parse(source.replaceAll(CUT, ''), { async: false }).split(CUT);
  return { title, html, pictures, leadsTo };
}

/** The id of a heading in the window; its end is the anchor that code hosts give it. */
export function idOf(heading: string): string {
  return `manual-${plain(heading)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')}`;
}

const plain = (heading: string): string => heading.replace(/[`*]/g, '');

function escape(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => names[character] ?? '');
}
