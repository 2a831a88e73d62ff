import { constants } from 'node:os';
import { AppError, type ErrorCode } from '../../src-shared/errors';

interface Explanation {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly hint: string;
}

const explain = (code: ErrorCode, reason: string, hint: string): Explanation => ({ code, reason, hint });

/** System errors that a user can resolve. Others are explained by `OTHER`. */
const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  ENOENT: explain('missing', 'it does not exist', 'Check the path.'),
  ENOTDIR: explain('missing', 'a part of the path is not a folder', 'Check the path.'),
  EISDIR: explain('missing', 'it is a folder, not a file', 'Check the path.'),
  ELOOP: explain('missing', 'the path has too many symbolic links, or a loop of them', 'Check the links of the path.'),
  ENAMETOOLONG: explain('system', 'the path or a name in it is too long', 'Use a shorter path.'),
  EACCES: explain(
    'system',
    'permission denied',
    'Run the command as an account that has access, or change the permissions.',
  ),
  EPERM: explain(
    'system',
    'operation not permitted',
    'Run the command as an account with this right, or remove the immutable flag: chattr -i',
  ),
  EROFS: explain('system', 'the file system is read-only', 'Mount it writable, or use another build area.'),
  ENOSPC: explain('system', 'no space is left on the device', 'Free space there, then repeat the command.'),
  EDQUOT: explain('system', 'the disk quota is exceeded', 'Free space or raise the quota, then repeat the command.'),
  EFBIG: explain('system', 'the file is too large for the file system or the limit', 'Raise the limit: ulimit -f'),
  EIO: explain('system', 'input/output error', 'Check the disk: dmesg names the device.'),
  EMFILE: explain('system', 'too many open files in this process', 'Raise the limit: ulimit -n'),
  ENFILE: explain('system', 'too many open files on this host', 'Close programs, or raise fs.file-max.'),
  ENOMEM: explain('system', 'not enough memory', 'Free memory, then repeat the command.'),
  EBUSY: explain('system', 'it is in use', 'Unmount it or end what uses it, then repeat the command.'),
  ETXTBSY: explain('system', 'the program is running', 'Repeat the command when it has ended.'),
  ENOTEMPTY: explain('system', 'the folder is not empty', 'Another process may be writing to it.'),
  EEXIST: explain('system', 'it already exists', 'Another process may have made it. Repeat the command.'),
  EXDEV: explain(
    'system',
    'the paths are on different file systems',
    'Unmount the file system that is mounted between them.',
  ),
  ENOTSUP: explain('unsupported', 'the file system does not support it', 'Use another file system for the build area.'),
  ESTALE: explain('system', 'the network file system lost the file', 'Mount it again, then repeat the command.'),
  ENXIO: explain('system', 'the device is gone', 'Check the device and its mount.'),
  ENODEV: explain('system', 'the device is gone', 'Check the device and its mount.'),
  EPIPE: explain('system', 'its reader closed it', 'Repeat the command with a reader that reads to the end.'),
};

const OTHER_HINT = 'The code is the operating system’s own. Check the path, its permissions and the disk.';

/** Names of error numbers. Node has no name for some, such as EDQUOT and ESTALE, and then puts a sentence in their place. */
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
);

/** The name of a system error, such as `ENOSPC`; `undefined` for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errno } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^E[A-Z0-9]+$/.test(code)) return code;
  return typeof errno === 'number' ? NAMES.get(Math.abs(errno)) : undefined;
}

/**
 * A failed system call as an expected failure that names the path, the reason and what to do. Returns `undefined` for any other error:
 * a wrong argument (`EINVAL`, `EBADF`) is a defect of the engine.
 */
export function systemError(error: unknown): AppError | undefined {
  const code = systemCode(error);
  if (code === undefined || !isErrno(error) || ['EINVAL', 'EBADF', 'EFAULT'].includes(code)) return undefined;
  const known = EXPLANATIONS[code];
  const subject =
    [error.path, error.dest].filter((path) => path !== undefined).join(' to ') || `The call ${error.syscall}`;
  return new AppError(
    known?.code ?? 'system',
    `${subject}: ${known?.reason ?? error.message} (${error.syscall} ${code}).`,
    known?.hint ?? OTHER_HINT,
  );
}

interface Errno extends Error {
  readonly syscall: string;
  readonly path?: string;
  readonly dest?: string;
}

function isErrno(error: unknown): error is Errno {
  if (!(error instanceof Error)) return false;
  return typeof (error as Partial<Errno>).syscall === 'string';
}
