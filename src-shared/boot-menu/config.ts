import { shownEntries, type BootMenu } from './menu';

/** What an image starts: paths on the medium and the common kernel options. They are known from a menu that was written. */
export interface StartedKernel {
  readonly kernel: string;
  readonly initrd: string;
  readonly options: string;
}

/** A part of grub.cfg. */
export interface ConfigPart {
  readonly text: string;
  /** Number of the entry of the manifest that it comes from. */
  readonly index?: number | undefined;
}

/** Returns grub.cfg as boot-menu.sh writes it, in parts. */
export function grubConfig(menu: BootMenu, started?: StartedKernel): readonly ConfigPart[] {
  const { kernel, initrd, options } = started ?? { kernel: '…', initrd: '…', options: '…' };
  const head = [
    `set timeout=${quoted(String(menu.timeout))}`,
    `set default=${quoted(String(menu.defaultIndex))}`,
    `set kernel=${kernel}`,
    `set initrd=${initrd}`,
    `set options="${options}"`,
    'if serial --unit=0 --speed=115200; then',
    '  terminal_input console serial',
    '  terminal_output console serial',
    'fi',
  ];
  return [
    { text: `${head.join('\n')}\n` },
    ...shownEntries(menu).map(({ title, lines, index }) => ({
      index,
      text: `menuentry ${quoted(title)} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`,
    })),
  ];
}

/** Reads what a written grub.cfg starts; `undefined` for another file. */
export function startedKernel(config: string): StartedKernel | undefined {
  const value = (name: string): string | undefined => new RegExp(`^set ${name}="?([^"\\n]*)"?$`, 'm').exec(config)?.[1];
  const [kernel, initrd, options] = [value('kernel'), value('initrd'), value('options')];
  return kernel === undefined || initrd === undefined || options === undefined
    ? undefined
    : { kernel, initrd, options };
}

/** Replaces the names of kernel, initrd and options in a line by what they stand for. */
export function expandedLine(line: string, started: StartedKernel): string {
  return line.replaceAll(/\$(kernel|initrd|options)\b/g, (_, name: keyof StartedKernel) => started[name]);
}

/** A quoted string of GRUB script, without variables. */
const quoted = (text: string): string => `"${text.replaceAll(/[\\"$]/g, '\\$&')}"`;
