/** Parts of the operating system. A script that names one needs it as a tool and does not depend on its bytes. */
const SYSTEM =
  /^\/(usr(?!\/local\/)|bin|sbin|lib\w*|proc|sys|dev|run|var(?!\/tmp\/)|boot|nix|snap|kernel|platform|system|devices|etc)(\/|$)/;

/** Whether a path is a part of the system and not of the user's work. */
export function isSystem(path: string): boolean {
  return SYSTEM.test(path);
}
