const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this account has no permission',
  EPERM: 'the system does not permit it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is not a folder',
  ENOENT: 'a part of the path does not exist',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
  EIO: 'the disk has an error',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/** Why the system refused a call, as a clause. */
export function explainFailure(code: string | undefined, message: string): string {
  return (code !== undefined && REASONS[code]) || message;
}
