import type { Page } from 'playwright-core';

/** An element that a user can operate. */
const INTERACTIVE = [
  'button',
  'a[href]',
  'input',
  'select',
  'textarea',
  '[contenteditable=true]',
  ...['button', 'option', 'tab', 'menuitem', 'listbox', 'checkbox', 'switch'].map((role) => `[role=${role}]`),
].join(',');

/** The maximum number of tab stops of a screen. With more, the focus never returns to the first. */
const MAX_STOPS = 300;

// Runs in the page: the controls (behind a dialog: none), each with a name, and the elements that get the focus while
// Tab is pressed.
const WATCH = `(() => {
  const scope = [...document.querySelectorAll('[role=dialog]')].at(-1) ?? document;
  const inEditor = (element) => element.closest('.cm-editor') !== null && !element.matches('.cm-content');
  const there = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    !element.matches(':disabled') && element.closest('[inert],[aria-hidden=true]') === null && !inEditor(element);
  const look = (element) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(element);
    return { outline: outlineStyle === 'none' || outlineWidth === '0px' ? '' : outlineWidth + outlineStyle + outlineColor, boxShadow };
  };
  const nameOf = (element) => {
    const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent;
    return element.tagName.toLowerCase() + ' ' + JSON.stringify(label.replace(/\\s+/g, ' ').trim().slice(0, 60));
  };
  const first = document.activeElement;
  first?.blur();
  const wanted = [...scope.querySelectorAll(${JSON.stringify(INTERACTIVE)})].filter(there);
  const before = new Map(wanted.map((element) => [element, look(element)]));
  const stops = [];
  const unseen = [];
  const twice = [];
  let seen = 0;
  let idle = 0;
  const focused = ({ target }) => {
    stops.push(target);
    // The editor's ring is around its text, and appears a moment later.
    const editor = target.closest('.cm-editor');
    // The frame of chips has the ring of its text field.
    const drawn = editor ?? (target.matches('.chips input') ? target.closest('.chips') : target);
    setTimeout(() => {
      if (document.activeElement !== target) return;
      const now = look(drawn);
      const then = before.get(target) ?? { outline: '', boxShadow: 'none' };
      let rings = 0;
      for (let one = target; one; one = one.parentElement) if (look(one).outline !== '') rings++;
      if (rings > 1) twice.push(nameOf(target));
      if ((now.outline === '' || now.outline === then.outline) && now.boxShadow === then.boxShadow) unseen.push(nameOf(target));
    }, editor ? 50 : 0);
  };
  document.addEventListener('focusin', focused);
  // A dialog takes the focus when it opens, and keeps it.
  if (scope !== document) first?.focus();
  globalThis.slipwayReach = {
    stops, wanted, nameOf,
    state: async () => {
      const inEditor = document.activeElement.closest('.cm-editor') !== null;
      await new Promise((later) => setTimeout(later, inEditor ? 100 : 0));
      // Also when Tab has no other stop and returns to the page: then the elements that it should have reached are
      // missed.
      idle = stops.length === seen ? idle + 1 : 0;
      const isAround = stops.slice(1).includes(stops[0]) || idle === 3;
      seen = stops.length;
      return { isAround, inEditor };
    },
    // An element that left the page meanwhile, because an answer arrived, needs no stop.
    missed: () => wanted.filter((element) => element.isConnected && !stops.includes(element)),
    unseen: () => [...new Set(unseen)],
    twice: () => [...new Set(twice)],
    end: () => document.removeEventListener('focusin', focused),
  };
})()`;

// Among the missed elements: members of a group that other keys move through, by the member that Tab reaches.
const GROUPS = `(() => {
  const { stops, nameOf } = slipwayReach;
  const groups = [];
  const alone = [];
  for (const element of slipwayReach.missed()) {
    const list = element.closest('[role=listbox],[role=tablist]');
    const owner = list?.id ? document.querySelector('[aria-controls="' + list.id + '"]') : undefined;
    const entry = element.type === 'radio'
      ? stops.find((stop) => stop.type === 'radio' && stop.name === element.name)
      : stops.find((stop) => stop === owner || (list !== null && list.contains(stop)));
    const group = groups.find((one) => one.entry === entry);
    if (entry === undefined) alone.push(nameOf(element));
    else if (element === list) continue;
    else if (group) group.members.push(element);
    else groups.push({ entry, members: [element] });
  }
  slipwayReach.groups = groups;
  const isFlat = (entry) => entry.closest('[role=tablist],[aria-orientation=horizontal]') !== null;
  return { alone, sizes: groups.map(({ entry, members }) => ({ size: members.length, isFlat: isFlat(entry) })) };
})()`;

const activeItem = `(() => {
  const { activeElement } = document;
  const active = document.getElementById(activeElement.getAttribute('aria-activedescendant') ?? '') ?? activeElement;
  const { top, bottom } = active.getBoundingClientRect();
  const seen = document.elementFromPoint(active.getBoundingClientRect().left + 6, (top + bottom) / 2);
  return { active, isSeen: seen !== null && (active.contains(seen) || seen.contains(active)) };
})`;

/** Elements that share one tab stop and that arrow keys move through: side by side, or one above the other. */
interface Group {
  readonly size: number;
  readonly isFlat: boolean;
}

/**
 * Visits all controls with Tab, and the items of lists and groups with arrow keys. Returns one line for each control
 * that cannot be reached, does not show its focus or shows it twice, or has the focus out of sight.
 */
export async function unreachableByKeyboard(page: Page): Promise<string[]> {
  await page.evaluate(WATCH);
  for (let stops = 0; ; stops++) {
    if (stops === MAX_STOPS) return ['the focus never comes around'];
    await page.keyboard.press('Tab');
    const { isAround, inEditor } = await page.evaluate<{ isAround: boolean; inEditor: boolean }>(
      'slipwayReach.state()',
    );
    if (isAround) break;
    // Tab indents there. Escape before it leaves the editor.
    if (inEditor) await page.keyboard.press('Escape');
  }
  const unseen = await page.evaluate<string[]>('slipwayReach.unseen()');
  const twice = await page.evaluate<string[]>('slipwayReach.twice()');
  const { alone, sizes } = await page.evaluate<{ alone: string[]; sizes: Group[] }>(GROUPS);
  const found = [
    ...alone.map((name) => `${name} cannot be reached`),
    ...unseen.map((name) => `${name} does not show that it has the focus`),
    ...twice.map((name) => `${name} has two focus rings`),
  ];
  for (const [at, group] of sizes.entries()) found.push(...(await throughGroup(page, at, group)));
  await page.evaluate('slipwayReach.end()');
  return found;
}

async function throughGroup(page: Page, at: number, { size, isFlat }: Group): Promise<string[]> {
  await page.evaluate(`slipwayReach.groups[${at}].entry.focus()`);
  await page.evaluate('void (slipwayReach.active = new Set(), slipwayReach.hidden = new Set())');
  // The page answers a key in its next frame at the latest.
  const note = `new Promise(requestAnimationFrame).then(() => {
    const { active, isSeen } = ${activeItem}();
    slipwayReach.active.add(active);
    if (!isSeen) slipwayReach.hidden.add(active);
  })`;
  // Moves from the present item to one end, then to the other.
  for (const key of isFlat ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'])
    for (let presses = 0; presses <= size + 1; presses++) {
      await page.evaluate(note);
      await page.keyboard.press(key);
    }
  return page.evaluate<string[]>(`(() => {
    const { groups, active, hidden, nameOf } = slipwayReach;
    return [
      ...groups[${at}].members.filter((one) => !active.has(one)).map((one) => nameOf(one) + ' cannot be reached with the arrows'),
      ...[...hidden].map((one) => nameOf(one) + ' has the focus out of sight'),
    ];
  })()`);
}
