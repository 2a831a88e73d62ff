import { join } from 'node:path/posix';
import { AppError } from '../../../src-shared/errors';
import type { ChecksumAnswer, MediaAnswer } from '../../../src-shared/engine-answers/media';
import { unescapeName } from '../../../src-shared/name-escapes';
import type { Transport } from '../../transport/transport';
import { listFiles } from './list-files';
import type { Look } from './inspect';

/** What our engine's `media` says. */
export async function mediaOf(transport: Transport, { area }: Look, signal?: AbortSignal): Promise<MediaAnswer> {
  const folder = join(area.path, 'media');
  const files = await listFiles(transport, folder, '/', signal).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'missing') return []; // nothing was built yet
    throw error;
  });
  return {
    folder,
    media: files
      .filter(({ mode }) => mode.startsWith('-'))
      .map(({ name, ...rest }) => ({ ...rest, name: Buffer.from(unescapeName(name) ?? name, 'latin1').toString() }))
      .map(({ name, size, modified }) => ({
        name,
        path: join(folder, name),
        size,
        modified,
        bootable: name.endsWith('.iso') ? 'cdrom' : name.endsWith('.usb') ? 'disk' : null,
      })),
    noBootTest: 'This host has only the original command, which boots nothing.',
  };
}

const SUM = `if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1"; else digest -a sha256 "$1"; fi`;

/** SHA-256 of a finished file. Throws `missing`. */
export async function checksumOf(
  transport: Transport,
  { area }: Look,
  name: string,
  signal?: AbortSignal,
): Promise<ChecksumAnswer> {
  const path = join(area.path, 'media', name);
  const { code, stdout, stderr } = await transport.run(['sh', '-c', SUM, 'sh', path], { signal });
  if (code !== 0)
    throw new AppError('missing', `${path} cannot be read: ${stderr.trim()}`, 'List the finished files anew.');
  return { name, sha256: stdout.toString('latin1').slice(0, 64) };
}
