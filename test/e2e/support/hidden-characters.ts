import type { Page } from 'playwright-core';

// Runs in the page. Editors and terminals show such characters in a way of their own; a field has the text that it edits.
const FIND = `(() => {
  const HIDDEN = /(?![\\n\\t\\r])[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Bidi_Control}]/u;
  const isOwn = (element) => element.closest('.cm-editor, .xterm, input, textarea, script, style') !== null;
  const found = [];
  const check = (text, where) => {
    if (HIDDEN.test(text)) found.push(where + ': ' + JSON.stringify(text.trim()).replace(HIDDEN, '?').slice(0, 80));
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode())
    if (!isOwn(node.parentElement)) check(node.data, node.parentElement.tagName.toLowerCase());
  for (const element of document.querySelectorAll('[title], [aria-label]'))
    for (const name of ['title', 'aria-label'])
      check(element.getAttribute(name) ?? '', element.tagName.toLowerCase() + ' ' + name);
  return found;
})()`;

/** Texts and names of the page with control characters or controls of the writing direction. */
export function hiddenCharacters(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(FIND);
}
