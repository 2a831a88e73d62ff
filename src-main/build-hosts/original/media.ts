import { join } from 'node:path/posix';
import { AppError } from '../../../src-shared/errors';
import type { ChecksumAnswer, MediaAnswer } from '../../../src-shared/engine-answers/media';
import { unescapeName } from '../../../src-shared/name-escapes';
import type { Transport } from '../../transport/transport';
import { listFiles } from './list-files';
import type { Inspection } from './inspect';

/** The answer of the engine's `media` command. */
export async function mediaOf(transport: Transport, { area }: Inspection, signal?: AbortSignal): Promise<MediaAnswer> {
  const folder = join(area.path, 'media');
  const files = await listFiles(transport, folder, '/', signal).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'missing') return []; // no build has finished
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
    noBootTest: 'This host has only the original command, which has no boot test.',
  };
}

const SUM = `if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1"; else digest -a sha256 "$1"; fi`;

/** SHA-256 of a finished file. Throws `missing`. */
export async function checksumOf(
  transport: Transport,
  { area }: Inspection,
  name: string,
  signal?: AbortSignal,
): Promise<ChecksumAnswer> {
  const path = join(area.path, 'media', name);
  const { code, stdout, stderr } = await transport.run(['sh', '-c', SUM, 'sh', path], { signal });
  if (code !== 0)
    throw new AppError('missing', `${path} cannot be read: ${stderr.trim()}`, 'Refresh the list of outputs.');
  return { name, sha256: stdout.toString('latin1').slice(0, 64) };
}
