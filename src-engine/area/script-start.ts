import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { findTool, isExecutable } from '../system/executables';

/** Enough for a script's first line and its declaration of tools. */
const MAX_HEAD_BYTES = 1024 * 1024;

/** The first 1 MiB of a file at most. Bytes, because a step may be any program. */
export function readHead(path: string): Buffer {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(MAX_HEAD_BYTES, statSync(path).size));
    return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(fd);
  }
}

/** The text after `#!`, the interpreter and its argument; `undefined` for a file without a shebang. */
export function shebangOf(head: Buffer): string | undefined {
  if (head.toString('latin1', 0, 2) !== '#!') return undefined;
  const end = head.indexOf(10);
  return head.toString('utf8', 2, end < 0 ? head.length : end).trimStart();
}

/** The program that the kernel starts for a shebang, or that env(1) then searches for. */
export function interpreterOf(shebang: string): string {
  const [first = '', ...rest] = shebang.trim().split(/\s+/);
  if (!/\/env$/.test(first)) return first;
  return rest.find((argument) => !argument.startsWith('-') && !argument.includes('=')) ?? first;
}

/** Why an executable file cannot be started. */
export type StartFault =
  | { readonly kind: 'not-a-file' }
  | { readonly kind: 'no-interpreter-named' }
  | { readonly kind: 'windows-lines' }
  | { readonly kind: 'interpreter-missing'; readonly interpreter: string };

/**
 * The reason why the kernel cannot start an executable file; `undefined` when there is none, or the file cannot be
 * read.
 */
export function startFault(path: string): StartFault | undefined {
  let head: Buffer;
  try {
    if (!statSync(path).isFile()) return { kind: 'not-a-file' };
    head = readHead(path);
  } catch {
    return undefined; // starting it fails with the kernel's message
  }
  const shebang = shebangOf(head);
  if (shebang === undefined || shebang.trim() === '')
    return isProgram(head) ? undefined : { kind: 'no-interpreter-named' };
  if (shebang.endsWith('\r')) return { kind: 'windows-lines' };
  const interpreter = interpreterOf(shebang);
  const found = interpreter.includes('/') ? isExecutable(interpreter) : findTool(interpreter) !== undefined;
  return found ? undefined : { kind: 'interpreter-missing', interpreter };
}

/** Programs have a zero byte near their beginning: ELF, Mach-O. */
const isProgram = (head: Buffer): boolean => head.subarray(0, 64).includes(0);
