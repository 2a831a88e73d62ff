import type { Datatype } from '../datatypes';
import { detectEra, ERAS, LAYOUT_B_SINCE, type Era } from '../eras';
import { wrongRootMessage } from './foreign-roots';
import { correctValue, writeAsText, removeAttribute, removeElement, renameAttribute, renameElement } from './fixes';
import { detectLayout } from '../layout';
import { nearestName } from '../../near-name';
import type { Problem } from '../problems';
import type { Rule } from './rule';
import type { Edit } from '../splice';
import { manifestSchema, type ElementSchema, type Particle } from '../schema';
import {
  childElements,
  sourceRange,
  type AttributeNode,
  type CharacterNode,
  type ElementNode,
  type ManifestTree,
  type Range,
} from '../tree';

/** The structure of a defaulted manifest: elements, attributes and types of the schema (contract 6.4). */
export const structureRule: Rule = { check: ({ defaulted }) => validateSchema(defaulted) };

/**
 * Validates the structure of a defaulted manifest (contract 6.2 to 6.4). Elements that defaults added are checked like all others;
 * their problems point at the nearest element of the source.
 *
 * @param era whose rules; without it: layout B by the present rules, layout A by those of the days that its names point to, and if
 *   it breaks them by those of any other day of that layout (resources/schema/layout-a.rng)
 */
export function validateSchema(tree: ManifestTree, era?: Era): Problem[] {
  const { root } = tree;
  const layout = detectLayout(root);
  if (era === undefined && layout === 'A0') return tooOld(root);
  const problems = check(root, era ?? detectEra(root, layout));
  if (era !== undefined || layout === 'B' || problems.length === 0) return problems;
  const fits = ERAS.some((other) => other < LAYOUT_B_SINCE && check(root, other).length === 0);
  return fits ? [] : problems;
}

function check(root: ElementNode, era: Era): Problem[] {
  const checker = new Checker();
  const schema = manifestSchema(era);
  if (root.name === schema.name) checker.element(root, schema, '');
  else checker.report(root, '', 'wrong-root', wrongRootMessage(root.name, schema.name));
  return checker.problems;
}

function tooOld(root: ElementNode): Problem[] {
  const checker = new Checker();
  const element = childElements(root, 'live_img_params')[0] ?? root;
  const message =
    'This manifest has the layout of August 2008 (`live_img_params`), which is not supported: convert it to the current layout.';
  checker.report(element, 'live_img_params', 'layout-too-old', message);
  return checker.problems;
}

interface Extra {
  readonly range?: Range | undefined;
  readonly fix?: Edit | undefined;
}

class Checker {
  readonly problems: Problem[] = [];

  report(element: ElementNode, path: string, code: string, message: string, { range, fix }: Extra = {}): void {
    const place = { range: range ?? sourceRange(element), fix };
    this.problems.push({ severity: 'error', phase: 'schema', code, message, path, ...place });
  }

  /** @param path nodepath of the element, empty for the root */
  element(element: ElementNode, schema: ElementSchema, path: string): void {
    this.#attributes(element, schema, path);
    if (schema.content.kind === 'text') this.#text(element, schema.content.type, path);
    else this.#children(element, schema.content.ordered, schema.content.particles, path);
  }

  #attributes(element: ElementNode, schema: ElementSchema, path: string): void {
    const present = new Set(element.attributes.map(({ name }) => name));
    const has = (name: string): boolean => present.has(name);
    for (const attribute of element.attributes) {
      const known = schema.attributes.find(({ name }) => name === attribute.name);
      const at = join(path, attribute.name);
      if (!known) this.#unknownAttribute(element, attribute, schema, at, has);
      else if (!known.type.accepts(attribute.value))
        this.report(
          element,
          at,
          'bad-value',
          `\`${attribute.name}\` of \`${element.name}\` must be ${known.type.expected}, not \`${shorten(attribute.value)}\`.`,
          { range: attribute.valueRange, fix: correctValue(attribute.value, known.type, attribute.valueRange) },
        );
    }
    for (const { name, required } of schema.attributes)
      if (required && !has(name))
        this.report(
          element,
          join(path, name),
          'missing-attribute',
          `\`${element.name}\` lacks the attribute \`${name}\`.`,
        );
    this.#attributeRules(element, schema, path, has);
  }

  #unknownAttribute(
    element: ElementNode,
    attribute: AttributeNode,
    schema: ElementSchema,
    path: string,
    has: (name: string) => boolean,
  ): void {
    const free = schema.attributes.map(({ name }) => name).filter((name) => !has(name));
    const meant = nearestName(attribute.name, free, maxDistance(attribute.name));
    const fix = meant === undefined ? removeAttribute(attribute) : renameAttribute(attribute, meant);
    const message = `\`${element.name}\` has no attribute \`${attribute.name}\`${didYouMean(meant)}.`;
    this.report(element, path, 'unknown-attribute', message, { range: attribute.range, fix });
  }

  /** Rules about attributes that depend on each other. */
  #attributeRules(element: ElementNode, schema: ElementSchema, path: string, has: (name: string) => boolean): void {
    const choice = schema.oneAttributeOf;
    if (choice && choice.filter(has).length !== 1)
      this.report(
        element,
        path,
        'attribute-choice',
        `\`${element.name}\` must have exactly one of the attributes \`${choice.join('` and `')}\`.`,
      );
    const need = schema.attributeNeeds;
    if (!need || !has(need.name)) return;
    const other = element.attributes.find(({ name }) => name === need.other)?.value.trim();
    if (other === need.value) return;
    const message = `\`${need.name}\` of \`${element.name}\` goes only with \`${need.other}="${need.value}"\`.`;
    const dependent = element.attributes.find(({ name }) => name === need.name);
    this.report(element, join(path, need.name), 'attribute-choice', message, {
      range: dependent?.range,
      fix: dependent && removeAttribute(dependent),
    });
  }

  #text(element: ElementNode, type: Datatype, path: string): void {
    const children = childElements(element);
    for (const child of children)
      this.report(
        child,
        join(path, child.name),
        'unknown-element',
        `\`${child.name}\` is not allowed in \`${element.name}\`, which contains text.`,
        { fix: removeElement(child) },
      );
    const value = characters(element);
    if (children.length > 0 || type.accepts(value)) return;
    const cdata = element.children.find((child): child is CharacterNode => child.kind === 'cdata');
    if (cdata) {
      const message = `\`${element.name}\` contains a CDATA section, which is not read as a value: write plain text.`;
      this.report(element, path, 'cdata-value', message, { range: cdata.range, fix: writeAsText(cdata) });
      return;
    }
    const text = element.children.filter((child) => child.kind === 'text');
    const range = text.length === 1 ? text[0]?.range : undefined;
    const message = `\`${element.name}\` must be ${type.expected}, not \`${shorten(value.trim())}\`.`;
    this.report(element, path, 'bad-value', message, { range, fix: correctValue(value, type, range) });
  }

  #children(element: ElementNode, ordered: boolean, particles: readonly Particle[], path: string): void {
    const text = characters(element).trim();
    if (text !== '')
      this.report(
        element,
        path,
        'stray-text',
        `\`${element.name}\` must not contain text, but has \`${shorten(text)}\`.`,
      );
    const children = childElements(element);
    const counts = new Map<Particle, number>();
    const seen = new Set<string>();
    let reached = 0; // in ordered content: the particle that the last child belonged to
    for (const child of children) {
      const index = particles.findIndex(({ elements }) => elements.some(({ name }) => name === child.name));
      const particle = particles[index];
      const schema = particle?.elements.find(({ name }) => name === child.name);
      const at = join(path, child.name);
      if (!particle || !schema) {
        this.#unknownElement(child, element, particles, counts, at);
        continue;
      }
      const wrongOrder = (sentence: string): void => this.report(child, at, 'wrong-order', sentence);
      if (ordered && index < reached)
        wrongOrder(
          `\`${child.name}\` must come before ${names(particles.slice(reached, reached + 1))} in \`${element.name}\`.`,
        );
      reached = Math.max(reached, index);
      const before = counts.get(particle) ?? 0;
      if (before >= particle.most)
        this.report(
          child,
          at,
          'too-many',
          `\`${element.name}\` has more than one ${names([particle])}: remove the others.`,
          {
            fix: removeElement(child),
          },
        );
      if (particle.after !== undefined && !seen.has(particle.after))
        wrongOrder(`\`${child.name}\` needs a \`${particle.after}\` before it in \`${element.name}\`.`);
      seen.add(child.name);
      counts.set(particle, before + 1);
      this.element(child, schema, at);
    }
    for (const particle of particles)
      if ((counts.get(particle) ?? 0) < particle.least)
        this.report(
          element,
          join(path, particle.elements[0]?.name ?? ''),
          'missing-element',
          `\`${element.name}\` lacks ${names([particle])}.`,
        );
  }

  #unknownElement(
    child: ElementNode,
    parent: ElementNode,
    particles: readonly Particle[],
    counts: ReadonlyMap<Particle, number>,
    path: string,
  ): void {
    const open = particles.filter((particle) => (counts.get(particle) ?? 0) < particle.most);
    const meant = nearestName(
      child.name,
      open.flatMap(({ elements }) => elements.map(({ name }) => name)),
      maxDistance(child.name),
    );
    const holds = particles.length > 0 ? `which contains ${names(particles)}` : 'which is empty';
    const hint = meant === undefined ? `, ${holds}` : didYouMean(meant);
    const fix = meant === undefined ? removeElement(child) : renameElement(child, meant);
    const message = `\`${child.name}\` is not allowed in \`${parent.name}\`${hint}.`;
    this.report(child, path, 'unknown-element', message, { fix });
  }
}

/** Returns all character data, CDATA included: the content of the element as XML defines it. */
function characters(element: ElementNode): string {
  return element.children.map((child) => (child.kind === 'text' || child.kind === 'cdata' ? child.text : '')).join('');
}

function names(particles: readonly Particle[]): string {
  return particles.flatMap(({ elements }) => elements.map(({ name }) => `\`${name}\``)).join(', ');
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}

/** With two different letters, a short name is another name. */
const maxDistance = (name: string): number => (name.length < 5 ? 1 : 2);

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

function didYouMean(name: string | undefined): string {
  return name === undefined ? '' : `; did you mean \`${name}\``;
}
