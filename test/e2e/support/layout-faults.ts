import type { Page } from 'playwright-core';

// Runs in the page. A part is a line of text or a control. It is lost where an ancestor that does not scroll cuts it
// off, or where it is outside the area that a scrolling ancestor can show. A text that ends with an ellipsis is not
// lost when its tooltip has the whole text.
const FIND = `(() => {
  const SLACK = 1.5;
  const scope = [...document.querySelectorAll('[role=dialog]')].at(-1) ?? document.body;
  const isInternal = (element) => element.closest('.cm-editor, .xterm, .visually-hidden, svg, option') !== null;
  // Texts for screen readers have a clip path.
  const isForReaders = (element) => element !== null && (getComputedStyle(element).clipPath !== 'none' || isForReaders(element.parentElement));
  const isVisible = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !isForReaders(element);
  const quote = (text) => JSON.stringify(text.replace(/\\s+/g, ' ').trim().slice(0, 50));
  const nameOf = (element) => element.tagName.toLowerCase() + ' ' +
    quote(element.getAttribute('aria-label') || element.textContent || element.getAttribute('placeholder') || element.id || element.className);
  const meet = (a, b) => ({
    left: Math.max(a.left, b.left), right: Math.min(a.right, b.right),
    top: Math.max(a.top, b.top), bottom: Math.min(a.bottom, b.bottom),
  });
  const copy = ({ left, right, top, bottom }) => ({ left, right, top, bottom });
  const isEmpty = ({ left, right, top, bottom }) => right - left < 1 || bottom - top < 1;
  const shortens = ({ textOverflow, webkitLineClamp }) => textOverflow === 'ellipsis' || webkitLineClamp !== 'none';
  const scrolls = (value) => value === 'auto' || value === 'scroll';

  // The visible part of a rectangle, and the sides of it that scrolling can never show.
  function follow(from, rect) {
    let visible = copy(rect);
    let whole = copy(rect);
    // The part of it that remains visible at any scroll position.
    let kept = copy(rect);
    let lost;
    let isShortened = false;
    let isFixed = false;
    const shorten = (inner) => {
      isShortened = true;
      kept = meet(kept, inner);
    };
    for (let at = from; at !== null && at !== document.documentElement; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (isFixed) continue;
      const box = at.getBoundingClientRect();
      const inner = {
        left: box.left + at.clientLeft, right: box.left + at.clientLeft + at.clientWidth,
        top: box.top + at.clientTop, bottom: box.top + at.clientTop + at.clientHeight,
      };
      if (at.clientWidth > 0 || style.overflowX !== 'visible') {
        const clipsX = style.overflowX !== 'visible';
        const clipsY = style.overflowY !== 'visible';
        if (clipsX && scrolls(style.overflowX)) {
          if (whole.left + at.scrollLeft < inner.left - SLACK) lost ??= 'left of the scroll area ' + nameOf(at);
          whole.left = Math.max(whole.left, inner.left); whole.right = Math.min(whole.right, inner.right);
          if (whole.left > whole.right) { whole.left = inner.left; whole.right = inner.right; }
        } else if (clipsX && (whole.left < inner.left - SLACK || whole.right > inner.right + SLACK)) {
          if (shortens(style)) shorten(inner);
          else lost ??= 'cut off sideways by ' + nameOf(at);
          whole.left = Math.max(whole.left, inner.left); whole.right = Math.min(whole.right, inner.right);
        }
        if (clipsY && scrolls(style.overflowY)) {
          if (whole.top + at.scrollTop < inner.top - SLACK) lost ??= 'above the scroll area ' + nameOf(at);
          whole.top = Math.max(whole.top, inner.top); whole.bottom = Math.min(whole.bottom, inner.bottom);
          if (whole.top > whole.bottom) { whole.top = inner.top; whole.bottom = inner.bottom; }
        } else if (clipsY && (whole.top < inner.top - SLACK || whole.bottom > inner.bottom + SLACK)) {
          if (shortens(style)) shorten(inner);
          else lost ??= 'cut off below or above by ' + nameOf(at);
          whole.top = Math.max(whole.top, inner.top); whole.bottom = Math.min(whole.bottom, inner.bottom);
        }
        if (clipsX) visible = meet(visible, { ...visible, left: inner.left, right: inner.right });
        if (clipsY) visible = meet(visible, { ...visible, top: inner.top, bottom: inner.bottom });
      }
      if (style.position === 'fixed') isFixed = true;
    }
    const screen = { left: 0, right: innerWidth, top: 0, bottom: innerHeight };
    if (whole.left < -SLACK || whole.right > innerWidth + SLACK || whole.top < -SLACK || whole.bottom > innerHeight + SLACK)
      lost ??= 'outside the window';
    return { visible: meet(visible, screen), kept, lost, isShortened };
  }

  const faults = [];
  const lines = [];
  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (node.data.trim() === '' || isInternal(element) || !isVisible(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    let seen = 0;
    let isShort = false;
    for (const rect of range.getClientRects()) {
      if (isEmpty(rect)) continue;
      const { visible, kept, lost, isShortened } = follow(element, rect);
      if (lost) faults.push('text ' + quote(node.data) + ' is ' + lost);
      isShort ||= isShortened;
      if (!isEmpty(kept)) seen = Math.max(seen, kept.right - kept.left);
      if (isEmpty(visible)) continue;
      lines.push({ node, element, text: node.data, rect: visible });
    }
    if (isShort && !element.closest('[title]')) faults.push('text ' + quote(node.data) + ' is shortened and has no tooltip');
    if (isShort && seen < 12) faults.push('text ' + quote(node.data) + ' is shortened to nothing');
  }
  const CONTROLS = 'button, a[href], input, select, textarea, [role=option], [role=tab], [role=menuitem], [role=treeitem]';
  for (const element of scope.querySelectorAll(CONTROLS)) {
    if (isInternal(element) || !isVisible(element)) continue;
    const rect = element.getBoundingClientRect();
    if (isEmpty(rect)) continue;
    const { lost } = follow(element.parentElement, rect);
    if (lost) faults.push('control ' + nameOf(element) + ' is ' + lost);
    if (element.matches('input:not([type=checkbox], [type=radio]), select') && rect.width < 40)
      faults.push('control ' + nameOf(element) + ' is too narrow: ' + Math.round(rect.width) + ' px');
  }

  // Whether an opaque background of the upper text covers the lower one.
  const isOpaque = (element) => {
    const { backgroundColor, backgroundImage } = getComputedStyle(element);
    return backgroundImage !== 'none' || (backgroundColor !== 'transparent' && !/(, 0(\\.\\d+)?\\)|\\/ 0?\\.\\d+\\))$/.test(backgroundColor));
  };
  function isCovered(a, b, x, y) {
    const stack = document.elementsFromPoint(x, y);
    const places = [stack.indexOf(a), stack.indexOf(b)];
    // Below a menu or a dialog the rest of the page does not react to the pointer.
    const [upper, lower] = places[1] === -1 || (places[0] !== -1 && places[0] < places[1]) ? [a, b] : [b, a];
    const from = stack.indexOf(upper);
    return from === -1 || stack.slice(from).some((element) => !element.contains(lower) && isOpaque(element));
  }
  lines.sort((a, b) => a.rect.top - b.rect.top);
  for (const [at, one] of lines.entries())
    for (const other of lines.slice(at + 1)) {
      if (other.rect.top > one.rect.bottom) break;
      if (other.node === one.node) continue;
      const both = meet(one.rect, other.rect);
      if (both.right - both.left < 3 || both.bottom - both.top < 4) continue;
      if (isCovered(one.element, other.element, (both.left + both.right) / 2, (both.top + both.bottom) / 2)) continue;
      faults.push('text ' + quote(one.text) + ' overprints ' + quote(other.text));
    }
  return [...new Set(faults)];
})()`;

/**
 * Texts and controls of the page, or of its topmost dialog, that a user cannot see, and texts that overlap; one line
 * each.
 */
export async function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(FIND);
}
