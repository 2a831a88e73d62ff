// Runs at build time. The window has no Markdown parser.
import { Marked, type Tokens } from 'marked';

/** A page of the manual as HTML. */
export interface RenderedPage {
  /** Its first heading, as plain text. */
  readonly title: string;
  /** Parts of the HTML. The addresses of `pictures` go between them, in order. */
  readonly html: readonly string[];
  /** Paths of pictures, relative to the page. */
  readonly pictures: readonly string[];
  /** Names of linked pages, in order. */
  readonly leadsTo: readonly string[];
}

/** Placeholder of a picture's address. Texts do not contain it, because they have no control characters. */
const CUT = '\u0000';

/**
 * Renders a page of `docs/`. HTML in it is shown as text. Links to other pages get `data-page` and `data-anchor`. External links are
 * shown as text, because the window opens no other page.
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
        const content = this.parser.parseInline(tokens);
        const [, page, anchor = ''] = /^(?:([\w-]+)\.md)?(?:#([\w-]+))?$/.exec(href) ?? [undefined, undefined, ''];
        if (page === undefined && anchor === '') return /^https:/.test(href) ? `${content} (${escape(href)})` : content;
        if (page !== undefined) leadsTo.push(page);
        return `<a href="#${page ?? anchor}" data-page="${page ?? ''}" data-anchor="${anchor}">${content}</a>`;
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

/** The id of a heading. It ends with the anchor that code hosts use. */
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
