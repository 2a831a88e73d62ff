import { withoutLogin } from '../../src-shared/without-login';
import { PATHS_OF_ONE_MACHINE, PATHS_OF_THE_BUILD } from './paths';
import type { ImageTree } from './tree';

/** The content that a rule reads at most. Files of settings and keys are far smaller. */
const MAX_READ_BYTES = 256 * 1024;

/** What a finished image should not have, and why. Empty files are harmless. */
interface Rule {
  /** Paths as patterns of `find -path`: `*` matches any text. */
  readonly paths: readonly string[];
  readonly why: string;
  /** Whether a file with this content is unwanted; without it, every file is. */
  readonly isUnwanted?: (content: string) => boolean;
}

const hasText = (content: string): boolean => content.trim() !== '';
/** Settings without their comments. */
const settings = (content: string): string => content.replace(/^\s*(?:#|\/\/).*$/gm, '');
const hasProxy = (content: string): boolean => /proxy[^\n]*:\/\//i.test(settings(content));
const hasLogin = (content: string): boolean => withoutLogin(settings(content)) !== settings(content);
const hasPrivateKey = (content: string): boolean => /^-----BEGIN [A-Z ]*PRIVATE KEY-----/m.test(content);

/** @param hostName the name of the build host */
const rulesFor = (hostName: string): readonly Rule[] => [
  { paths: PATHS_OF_ONE_MACHINE, why: 'All machines that start the image would share it.' },
  { paths: PATHS_OF_THE_BUILD, why: 'It is left over from the build.' },
  {
    paths: ['etc/machine-id'],
    why: 'All machines that start the image would share this number.',
    isUnwanted: (content) => hasText(content) && content.trim() !== 'uninitialized',
  },
  {
    paths: ['etc/popularity-contest.conf'],
    why: 'All machines that start the image would share the number in it.',
    isUnwanted: (content) => /^MY_HOSTID="?[^"\s]/m.test(content),
  },
  {
    paths: ['etc/*.key', 'etc/*.pem', 'etc/*_key', 'root/.ssh/id_*', 'home/*/.ssh/id_*', 'var/lib/*.key'],
    why: 'It is a private key, which every user of the image can read.',
    isUnwanted: hasPrivateKey,
  },
  {
    paths: ['etc/resolv.conf'],
    why: 'It has name servers of the build host.',
    isUnwanted: (content) => /^\s*nameserver/m.test(content),
  },
  {
    paths: ['etc/apt/apt.conf', 'etc/apt/apt.conf.d/*', 'etc/environment', 'etc/wgetrc', 'etc/profile.d/*'],
    why: 'It has a proxy of the build.',
    isUnwanted: hasProxy,
  },
  {
    paths: ['etc/apt/auth.conf', 'etc/apt/auth.conf.d/*'],
    why: 'It has logins for package sources.',
    isUnwanted: hasText,
  },
  {
    paths: ['etc/apt/sources.list', 'etc/apt/sources.list.d/*'],
    why: 'It has logins for package sources.',
    isUnwanted: hasLogin,
  },
  { paths: ['var/log/*', 'tmp/*', 'var/tmp/*'], why: 'It is left over from the build.', isUnwanted: hasText },
  ...(/^(?:localhost|)$/.test(hostName)
    ? []
    : [
        {
          paths: [
            'etc/hostname',
            'etc/hosts',
            'etc/mailname',
            'etc/postfix/main.cf',
            'etc/exim4/update-exim4.conf.conf',
          ],
          why: `It has the name of the build host, ${hostName}.`,
          isUnwanted: (content: string) =>
            settings(content)
              .split(/[\s=,;'"]+/)
              .includes(hostName),
        },
      ]),
];

/** One thing that an image should not have. */
export interface Found {
  readonly path: string;
  readonly why: string;
}

/**
 * Applies the rules to the files of one tree. Each file is reported once, for its first rule.
 *
 * @param accepted patterns of paths that the user wants in the image
 */
export async function findUnwanted(
  tree: ImageTree,
  { hostName, accepted }: { readonly hostName: string; readonly accepted: readonly string[] },
): Promise<Found[]> {
  const rules = rulesFor(hostName).map((rule) => ({ ...rule, matches: matcher(rule.paths) }));
  const isAccepted = matcher(accepted);
  const found: Found[] = [];
  for (const { path, kind, size } of tree.files) {
    if (kind !== 'file' || size === 0 || isAccepted(path)) continue;
    for (const { matches, why, isUnwanted } of rules) {
      if (!matches(path)) continue;
      if (isUnwanted && !isUnwanted(await tree.read(path, MAX_READ_BYTES))) continue;
      found.push({ path, why });
      break;
    }
  }
  return found;
}

/** Whether a path, or a folder above it, matches one of the patterns; nothing matches an empty list. */
function matcher(patterns: readonly string[]): (path: string) => boolean {
  const sources = patterns.map((pattern) =>
    pattern
      .replace(/^\/+/, '')
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*'),
  );
  const expression = new RegExp(`^(?:${sources.join('|')})(?:/.*)?$`, 's');
  return (path) => sources.length > 0 && expression.test(path);
}
