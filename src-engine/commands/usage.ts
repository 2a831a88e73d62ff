import { writeError } from '../system/standard-streams';

/** The usage text of contract 1.2, to the byte. */
const BUILD_USAGE = `
Usage:
    distro_const build -R [-d] <manifest-file>
    distro_const build -r [-d] <step name or number> <manifest-file>
    distro_const build -p [-d] <step name or number> <manifest-file>
    distro_const build -l [-d] <manifest-file>
    
`;

/** Prints the given lines and the usage text on stderr, and returns exit status 2. */
export function usageError(...lines: readonly string[]): number {
  writeError([...lines.map((line) => `${line}\n`), BUILD_USAGE].join(''));
  return 2;
}
