import { join } from 'node:path/posix';
import ts from 'typescript';
import { HELP } from '../commands/usage';
import { constantOf, docOf, find, parseSource } from './source';

/** A subcommand of `distro_const`, as its own code describes it. */
export interface CommandReference {
  readonly name: string;
  /** Its forms, as its usage line has them. */
  readonly usage: readonly string[];
  /** What `help` says of it, without a full stop. */
  readonly summary: string;
  /** Its docstring, in paragraphs. */
  readonly description: readonly string[];
}

/** The engine's commands in the order of `help`. */
export function readCommands(root: string): CommandReference[] {
  const cli = parseSource(root, 'src-engine/cli.ts');
  const names = [...new Set(HELP.flatMap((line) => /^distro_const (\S+)/.exec(line)?.[1] ?? []))];
  return names.map((name) => {
    const { file, implementation } = implementationOf(root, cli, name);
    const lines = HELP.filter((line) => line.startsWith(`distro_const ${name} `));
    return {
      name,
      usage:
        name === 'build'
          ? lines.map((line) => splitHelp(line).usage)
          : constantOf(file, `${name.replace('-', '_').toUpperCase()}_USAGE`).split(', or '),
      summary: splitHelp(lines[0] ?? '').summary,
      description: docOf(implementation).map((text, at) => (at === 0 ? withoutName(text) : text)),
    };
  });
}

/** Everything that `cli.ts` takes as a subcommand; those that `help` does not tell are forgotten there. */
export function dispatchedCommands(root: string): string[] {
  const { caseBlock } = find(parseSource(root, 'src-engine/cli.ts'), ts.isSwitchStatement, () => true);
  return caseBlock.clauses.flatMap((clause) =>
    ts.isCaseClause(clause) && ts.isStringLiteral(clause.expression) ? [clause.expression.text] : [],
  );
}

/** The usage text of the command that steps read the manifest with. */
export function manifestReadUsage(root: string): string {
  return constantOf(parseSource(root, 'src-engine/manifest-read.ts'), 'USAGE');
}

/** The function that `cli.ts` calls for a subcommand. */
function implementationOf(root: string, cli: ts.SourceFile, name: string) {
  const clause = find(
    cli,
    ts.isCaseClause,
    ({ expression }) => ts.isStringLiteral(expression) && expression.text === name,
  );
  const called = /\b(\w+Command)\(/.exec(clause.getText())?.[1] ?? '';
  const declaration = find(cli, ts.isImportDeclaration, (one) => one.getText().includes(called));
  const path = (declaration.moduleSpecifier as ts.StringLiteral).text;
  const file = parseSource(root, `${join('src-engine', path)}.ts`);
  return { file, implementation: find(file, ts.isFunctionDeclaration, (one) => one.name?.text === called) };
}

/** A line of `help`: the form, two spaces or more, what it does. */
function splitHelp(line: string): { usage: string; summary: string } {
  const [, usage = '', summary = ''] = /^(.*?) {2,}(.*)$/.exec(line) ?? [];
  return { usage, summary };
}

/** Docstrings begin with the command's own name. */
function withoutName(text: string): string {
  const rest = text.replace(/^`[^`]*`: /, '');
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
