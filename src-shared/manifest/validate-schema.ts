import { detectEra, type Era } from './eras';
import type { Problem, ProblemFix } from './problems';
import { manifestSchema, type ElementSchema, type Particle } from './schema';
import {
  childElements,
  sourceRange,
  type AttributeNode,
  type ElementNode,
  type ManifestTree,
  type Range,
} from './tree';

/**
 * Validates the structure of a defaulted manifest (contract 6.2 to 6.4). Elements that defaults added are judged like all others;
 * their problems point at the nearest element of the source.
 *
 * @param era whose rules; found out from the manifest unless given
 */
export function validateSchema({ root }: ManifestTree, era: Era = detectEra(root)): Problem[] {
  const schema = manifestSchema(era);
  const problems: Problem[] = [];
  if (root.name !== schema.name)
    return [problemAt(root, '', 'wrong-root', `The root element must be \`${schema.name}\`, not \`${root.name}\`.`)];
  new Checker(problems).element(root, schema, '');
  return problems;
}

function problemAt(
  element: ElementNode,
  path: string,
  code: string,
  message: string,
  range?: Range,
  fix?: ProblemFix,
): Problem {
  const where = range ?? sourceRange(element);
  return {
    severity: 'error',
    phase: 'schema',
    code,
    message,
    path,
    ...(where && { range: where }),
    ...(fix && { fix }),
  };
}

class Checker {
  constructor(private readonly problems: Problem[]) {}

  #report(element: ElementNode, path: string, code: string, message: string, range?: Range, fix?: ProblemFix): void {
    this.problems.push(problemAt(element, path, code, message, range, fix));
  }

  /** @param path nodepath of the element, empty for the root */
  element(element: ElementNode, schema: ElementSchema, path: string): void {
    this.#attributes(element, schema, path);
    if (schema.content.kind === 'text') this.#text(element, schema.content.type, path);
    else this.#children(element, schema.content.ordered, schema.content.particles, path);
  }

  #attributes(element: ElementNode, schema: ElementSchema, path: string): void {
    const name = `\`${element.name}\``;
    for (const attribute of element.attributes) {
      const known = schema.attributes.find((candidate) => candidate.name === attribute.name);
      const at = join(path, attribute.name);
      if (!known)
        this.#report(
          element,
          at,
          'unknown-attribute',
          `${name} has no attribute \`${attribute.name}\`.`,
          attribute.range,
          removal(attribute),
        );
      else if (!known.type.accepts(attribute.value))
        this.#report(
          element,
          at,
          'bad-value',
          `\`${attribute.name}\` of ${name} must be ${known.type.expected}, not \`${attribute.value}\`.`,
          attribute.valueRange,
        );
    }
    const has = (attribute: string): boolean => element.attributes.some((found) => found.name === attribute);
    for (const attribute of schema.attributes)
      if (attribute.required && !has(attribute.name))
        this.#report(
          element,
          join(path, attribute.name),
          'missing-attribute',
          `${name} lacks the attribute \`${attribute.name}\`.`,
        );
    const choice = schema.oneAttributeOf;
    if (choice && choice.filter(has).length !== 1)
      this.#report(
        element,
        path,
        'attribute-choice',
        `${name} must have one of the attributes \`${choice.join('` and `')}\`.`,
      );
    const needs = schema.attributeNeeds;
    if (
      needs &&
      has(needs.name) &&
      element.attributes.find(({ name: other }) => other === needs.other)?.value.trim() !== needs.value
    )
      this.#report(
        element,
        join(path, needs.name),
        'attribute-choice',
        `\`${needs.name}\` of ${name} goes only with \`${needs.other}="${needs.value}"\`.`,
      );
  }

  #text(element: ElementNode, type: { expected: string; accepts(value: string): boolean }, path: string): void {
    const children = childElements(element);
    for (const child of children)
      this.#report(
        child,
        join(path, child.name),
        'unknown-element',
        `\`${child.name}\` is not allowed in \`${element.name}\`, which holds text.`,
      );
    const value = characters(element);
    if (children.length > 0 || type.accepts(value)) return;
    const hidden = element.children.some(({ kind }) => kind === 'cdata');
    this.#report(
      element,
      path,
      'bad-value',
      hidden
        ? `\`${element.name}\` has its value in a CDATA section, where steps do not see it: write it as plain text.`
        : `\`${element.name}\` must be ${type.expected}, not \`${value.trim()}\`.`,
    );
  }

  #children(element: ElementNode, ordered: boolean, particles: readonly Particle[], path: string): void {
    if (characters(element).trim() !== '')
      this.#report(
        element,
        path,
        'stray-text',
        `\`${element.name}\` holds no text, but has \`${shorten(characters(element).trim())}\`.`,
      );
    const children = childElements(element);
    const counts = new Map<Particle, ElementNode[]>(particles.map((particle) => [particle, []]));
    let reached = 0; // in ordered content: the particle that the last child belonged to
    for (const child of children) {
      const index = particles.findIndex(({ elements }) => elements.some(({ name }) => name === child.name));
      const particle = particles[index];
      const schema = particle?.elements.find(({ name }) => name === child.name);
      const at = join(path, child.name);
      if (!particle || !schema) {
        this.#report(
          child,
          at,
          'unknown-element',
          `\`${child.name}\` is not allowed in \`${element.name}\`${particles.length > 0 ? `, which holds ${names(particles)}` : ', which is empty'}.`,
        );
        continue;
      }
      if (ordered && index < reached)
        this.#report(
          child,
          at,
          'wrong-order',
          `\`${child.name}\` must come before \`${particles[reached]?.elements[0]?.name}\` in \`${element.name}\`.`,
        );
      reached = Math.max(reached, index);
      const before = counts.get(particle) ?? [];
      if (before.length >= particle.most)
        this.#report(child, at, 'too-many', `\`${element.name}\` has more than one ${names([particle])}.`);
      if (particle.after !== undefined && !precedes(children, particle.after, child))
        this.#report(
          child,
          at,
          'wrong-order',
          `\`${child.name}\` needs a \`${particle.after}\` before it in \`${element.name}\`.`,
        );
      before.push(child);
      this.element(child, schema, at);
    }
    for (const [particle, found] of counts)
      if (found.length < particle.least)
        this.#report(
          element,
          join(path, particle.elements[0]?.name ?? ''),
          'missing-element',
          `\`${element.name}\` lacks ${names([particle])}.`,
        );
  }
}

/** All character data, CDATA included: what XML says the element's content is. */
function characters(element: ElementNode): string {
  return element.children.map((child) => (child.kind === 'text' || child.kind === 'cdata' ? child.text : '')).join('');
}

function precedes(children: readonly ElementNode[], name: string, child: ElementNode): boolean {
  const at = children.findIndex((sibling) => sibling.name === name);
  return at >= 0 && at < children.indexOf(child);
}

function names(particles: readonly Particle[]): string {
  return particles.flatMap(({ elements }) => elements.map(({ name }) => `\`${name}\``)).join(', ');
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

function removal({ name, range }: AttributeNode): ProblemFix | undefined {
  return (
    range && { title: `Remove \`${name}\``, edits: [{ range: { start: range.start - 1, end: range.end }, text: '' }] }
  );
}
