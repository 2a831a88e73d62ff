import { callingUser } from '../../system/calling-user';
import { realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { RightsAnswer } from '../../../src-shared/engine-answers/doctor';
import { AppError } from '../../../src-shared/errors';
import { resolveArea } from '../../area/area';
import { readManifestFile } from '../../area/manifest-file';
import type { RightsRequest } from './request';
import { rightsProfile } from './rights-profile';
import { sudoers } from './sudoers';
import { zfsAllow } from './zfs-allow';

/**
 * The configuration lines that let an account build a manifest here, for review. Changes nothing. Throws `usage` for an
 * account that cannot be written into them, and `refused` for paths that would not stay on one line.
 *
 * @param user default: `callingUser()`
 * @param text replaces the file's content while the user is editing it
 */
export async function rightsFor(operand: string, user = callingUser(), text?: string): Promise<RightsAnswer> {
  refuseUser(user);
  const { manifest } = await readManifestFile(operand, text);
  const path = realpathSync(operand);
  const request: RightsRequest = {
    user,
    node: realpathSync(process.execPath),
    engine: realpathSync(process.argv[1] ?? ''),
    folder: dirname(path),
    manifest: basename(path),
    distribution: manifest.distributionName,
    steps: [...new Set(manifest.steps.map(({ name }) => name).filter((name) => name !== ''))],
    scripts: [...new Set(manifest.steps.flatMap(({ script }) => (script === undefined ? [] : [script])))],
    area: await resolveArea(manifest.buildArea),
  };
  const { node, engine, folder, steps, scripts, area } = request;
  for (const text of [node, engine, path, folder, area.mountpoint, ...steps, ...scripts]) refuseControls(text);
  return {
    user,
    rights: {
      sudoers:
        user === 'root' ? ['# root needs no lines. Name the account that builds: --user NAME.'] : sudoers(request),
      zfsAllow: user === 'root' ? [] : zfsAllow(request),
      rightsProfile: user !== 'root' && process.platform === 'sunos' ? rightsProfile(request) : [],
    },
  };
}

/** In sudoers `%group`, `#number`, `+netgroup`, `!not`, `ALL` and names of aliases do not mean a single account. */
function refuseUser(user: string): void {
  if (/^[A-Za-z_][\w.@\\-]*\$?$/.test(user) && !/^[A-Z][A-Z0-9_]*$/.test(user)) return;
  throw new AppError(
    'usage',
    `${JSON.stringify(user)} is not the name of a single account.`,
    'Name one account: a lower-case name, no group and no number.',
  );
}

/** A line end in a name would begin another line. */
function refuseControls(text: string): void {
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  if (!/[\x00-\x1f\x7f]/.test(text)) return;
  throw new AppError(
    'refused',
    `${JSON.stringify(text)} has a control character, which these lines cannot contain.`,
    'Give the file, the folder or the checkpoint another name.',
  );
}
