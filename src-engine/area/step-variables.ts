import { environmentNames } from '../../src-shared/manifest/environment-key';
import type { Manifest } from '../../src-shared/manifest/model';
import { isSecretName } from '../../src-shared/secrets';

/**
 * The variables of the caller's environment that every step gets: path, locale, time zone, home and user, terminal,
 * temporary folder, proxies, and the date for reproducible files. Documented in docs/finalizer-script.md.
 */
const PASSED =
  /^(PATH|LANG|LANGUAGE|LC_[A-Z]+|TZ|HOME|USER|LOGNAME|SHELL|TERM|TMPDIR|SOURCE_DATE_EPOCH|(http|https|ftp|no|all)_proxy|(HTTP|HTTPS|FTP|NO|ALL)_PROXY)$/;

/**
 * Agents, sessions, the size of the terminal, the launcher's command, and variables of sudo, the app and the engine. A
 * step does not get them even when its script names them.
 */
const WITHHELD =
  /^(SSH_.*|GPG_.*|GNUPG.*|DBUS_.*|DISPLAY|WAYLAND_.*|XAUTHORITY|XDG_RUNTIME_DIR|KRB5.*|SUDO_.*|DOAS_.*|ELECTRON_.*|NODE_.*|SLIPWAY_.*|COLUMNS|LINES|_)$/;

/**
 * Variables that identify the user and the place of a build and do not affect the result. A script that names one does
 * not depend on it.
 */
const NO_INPUT = /^(PATH|HOME|USER|LOGNAME|SHELL|TERM|TMPDIR|XDG_.*)$/;

/** Variables that a shell sets itself, and those of Perl and awk: not values of the environment. */
const SET_BY_INTERPRETER =
  /^(PWD|OLDPWD|SHLVL|IFS|PS[0-9]|OPT(ARG|IND|ERR)|S?RANDOM|LINENO|SECONDS|EPOCH(SECONDS|REALTIME)|REPLY|PPID|E?UID|GROUPS|FUNCNAME|PIPESTATUS|DIRSTACK|HISTCMD|MAPFILE|COPROC|SHELLOPTS|COMP_.*|BASH(OPTS|PID)?|BASH_(ALIASES|ARG[CV]0?|CMDS|COMMAND|EXECUTION_STRING|LINENO|REMATCH|SOURCE|SUBSHELL|VERSINFO|VERSION)|ENV|ARGV|INC|STD(IN|OUT|ERR)|N[FR]|FNR)$/;

/** Variables that the caller or the manifest gives to every step by name. */
export interface GivenVariables {
  /** Names from `--env NAME` and from the manifest's key `environment`: taken from the caller's environment. */
  readonly names: readonly string[];
  /** From `--env NAME=VALUE`. */
  readonly values: Readonly<Record<string, string>>;
}

/** Whether the value of a variable counts as an input of a step that names it in its script. */
export function isInput(name: string): boolean {
  return !NO_INPUT.test(name) && !SET_BY_INTERPRETER.test(name) && !isWithheld(name);
}

function isWithheld(name: string): boolean {
  return WITHHELD.test(name) || isSecretName(name);
}

/**
 * The environment of a step: the variables that every step gets, those that its script names, and those given by name.
 * Agents, secrets and Slipway's own variables are passed only when they are given by name.
 *
 * @param named variables that the step's script names
 */
export function stepVariables(
  caller: NodeJS.ProcessEnv,
  given: GivenVariables,
  named: readonly string[],
): Record<string, string> {
  const wanted = new Set([...named.filter((name) => !isWithheld(name)), ...given.names]);
  const passed = Object.entries(caller).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && (PASSED.test(entry[0]) || wanted.has(entry[0])),
  );
  return { ...Object.fromEntries(passed), ...given.values };
}

/** Parses `NAME` or `NAME=VALUE` of one `--env`; `undefined` when it is neither. */
export function parseGiven(
  argument: string,
): { readonly name: string; readonly value: string | undefined } | undefined {
  const match = /^([A-Za-z_]\w*)(?:=([^]*))?$/.exec(argument);
  return match?.[1] === undefined ? undefined : { name: match[1], value: match[2] };
}

/** The variables of `--env`, and the names in the manifest's key `environment`. */
export function givenBy(manifest: Manifest, given: GivenVariables = { names: [], values: {} }): GivenVariables {
  const inManifest = environmentNames(manifest.keyValuePairs).filter((name) => /^[A-Za-z_]\w*$/.test(name));
  return { names: [...new Set([...given.names, ...inManifest])], values: given.values };
}
