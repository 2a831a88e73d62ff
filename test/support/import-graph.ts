import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { root } from './markdown';

/** One import of a file of the project by another one: by value, by type, or at run time. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

const ENDINGS = ['', '.ts', '.svelte.ts', '.mjs', '.svelte', '/index.ts'];

/** All imports between files of some folders, type-only and dynamic imports included. Paths are relative to the project. */
export function importsBelow(...folders: readonly string[]): Import[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--', ...folders], { cwd: root, encoding: 'utf8' }).split('\0');
  const files = new Set(listed.filter((path) => /\.(ts|mjs|svelte)$/.test(path)));
  return [...files].flatMap((from) =>
    specifiers(from).flatMap((specifier) => {
      const path = posix.join(posix.dirname(from), specifier);
      const to = ENDINGS.map((ending) => path + ending).find((candidate) => files.has(candidate));
      return to === undefined ? [] : [{ from, to }];
    }),
  );
}

function specifiers(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8');
  const code = path.endsWith('.svelte')
    ? [...text.matchAll(/<script[^>]*>([^]*?)<\/script>/g)].map(([, c]) => c).join('\n')
    : text;
  return ts
    .preProcessFile(code, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'));
}

/**
 * Import cycles between the children of each folder, where a child is a file, or a folder with everything below it.
 * Each cycle has the names of its members and one import for each step, so that a failure shows what to change.
 */
export function circlesOf(imports: readonly Import[]): string[] {
  const graphs = new Map<string, Map<string, Map<string, string>>>();
  for (const { from, to } of imports) {
    const [a, b] = [from.split('/'), to.split('/')];
    let depth = 0;
    while (a[depth] === b[depth] && depth < Math.min(a.length, b.length)) depth++;
    const [source, target] = [a[depth], b[depth]];
    if (source === undefined || target === undefined) continue;
    const folder = a.slice(0, depth).join('/');
    const graph = graphs.get(folder) ?? new Map<string, Map<string, string>>();
    graphs.set(folder, graph);
    const targets = graph.get(source) ?? new Map<string, string>();
    graph.set(source, targets);
    if (!targets.has(target)) targets.set(target, `${from} -> ${to}`);
  }
  return [...graphs].flatMap(([folder, graph]) =>
    circlesOfGraph(graph).map((circle) => describe(folder, graph, circle)),
  );
}

type Graph = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The shortest cycle through each node that is in one, unless an earlier cycle contains the node. */
function circlesOfGraph(graph: Graph): string[][] {
  const found: string[][] = [];
  for (const start of graph.keys()) {
    if (found.some((circle) => circle.includes(start))) continue;
    const circle = shortestCircle(graph, start);
    if (circle) found.push(circle);
  }
  return found;
}

function shortestCircle(graph: Graph, start: string): string[] | undefined {
  const before = new Map<string, string>();
  const queue = [start];
  for (let node; (node = queue.shift()) !== undefined;)
    for (const next of graph.get(node)?.keys() ?? []) {
      if (next === start) {
        const circle = [node];
        for (let at = node; at !== start;) circle.unshift((at = before.get(at) ?? start));
        return circle;
      }
      if (before.has(next)) continue;
      before.set(next, node);
      queue.push(next);
    }
  return undefined;
}

function describe(folder: string, graph: Graph, circle: readonly string[]): string {
  const steps = circle.map((name, at) => graph.get(name)?.get(circle[(at + 1) % circle.length] ?? ''));
  return `${folder}: ${circle.join(' -> ')} -> ${circle[0]}\n  ${steps.join('\n  ')}`;
}
