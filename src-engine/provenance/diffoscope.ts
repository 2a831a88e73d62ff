import { AppError } from '../../src-shared/errors';
import { exec } from '../system/exec';
import { findTool } from '../system/executables';

const LIMIT_S = 60;
const MAX_REPORT_BYTES = 64 * 1024;
/** diffoscope unpacks what it compares. */
export const MAX_COMPARED_BYTES = 10 * 1024 * 1024;

/** The exit statuses of diffoscope for equal and for different files. */
const OK = [0, 1];

/**
 * The report of diffoscope(1) about two files; `undefined` where it is not installed, takes longer than a minute or fails.
 */
export async function diffoscope(before: string, after: string): Promise<string | undefined> {
  const tool = findTool('diffoscope');
  if (tool === undefined) return undefined;
  const limits = ['--timeout', String(LIMIT_S), '--max-text-report-size', String(MAX_REPORT_BYTES)];
  const signal = AbortSignal.timeout(LIMIT_S * 1000);
  try {
    const { stdout } = await exec([tool, ...limits, '--exclude-directory-metadata=yes', before, after], {
      okExitCodes: OK,
      signal,
    });
    return stdout.slice(0, MAX_REPORT_BYTES);
  } catch (error) {
    if (signal.aborted || error instanceof AppError) return undefined;
    throw error;
  }
}
