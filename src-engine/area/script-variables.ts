/** A text with more names than this does not use them as environment variables. */
const MAX_NAMES = 200;

const REFERENCES = [
  /\$\{?[#!]?([A-Za-z_]\w*)/g,
  /\bos\.(?:environ(?:\.get\(|\[)|getenv\()\s*['"](\w+)/g,
  /\$ENV\{\s*['"]?(\w+)/g,
  /\bprocess\.env(?:\.|\[['"])(\w+)/g,
  /\bprintenv\s+(\w+)/g,
];
const ASSIGNMENTS = [
  /(?:^|[\s;&|(])([A-Za-z_]\w*)\+?=/gm,
  /\bfor\s+([A-Za-z_]\w*)\s+in\b/g,
  /\b(?:read|mapfile|readarray)\s+(?:-\w+\s+)*([A-Za-z_]\w*)/g,
];
/** `my $NAME = 1;`, `our ($A, $B) = @_;`, `foreach my $name (@list)` */
const PERL_ASSIGNMENTS = [
  /\$([A-Za-z_]\w*)\s*(?:[-+.*/|&]|\|\||\/\/)?=(?![=~>])/g,
  /\b(?:my|our|local|state)\b[\s(]*\$([A-Za-z_]\w*)/g,
];
const DEFAULTS = /\$\{([A-Za-z_]\w*):?[-=?+]/g;

/** The variables that a script's text takes from its environment, and those that it sets itself. */
export interface ScriptVariables {
  readonly taken: ReadonlySet<string>;
  readonly assigned: ReadonlySet<string>;
}

/**
 * Variables whose value may come from the environment: those with a default, and those that are used before they are
 * assigned. Single characters and the variables of another language are found as well. They are not set, so this does
 * no harm.
 *
 * @param isPerl whether `$NAME` is a variable of Perl. Those that the script assigns are its own.
 */
export function scriptVariables(text: string, isPerl = false): ScriptVariables {
  const assigned = firstPositions(text, isPerl ? [...ASSIGNMENTS, ...PERL_ASSIGNMENTS] : ASSIGNMENTS);
  const used = firstPositions(text, REFERENCES);
  const taken = new Set(Array.from(text.matchAll(DEFAULTS), ([, name = '']) => name));
  for (const [name, at] of used) if (at < (assigned.get(name) ?? Infinity)) taken.add(name);
  return { taken: new Set([...taken].slice(0, MAX_NAMES)), assigned: new Set(assigned.keys()) };
}

function firstPositions(text: string, patterns: readonly RegExp[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const pattern of patterns)
    for (const { 1: name = '', index } of text.matchAll(pattern))
      found.set(name, Math.min(index, found.get(name) ?? Infinity));
  return found;
}
