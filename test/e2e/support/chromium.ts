import { hasTool, runTool } from '../../support/run-tool';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The Chromium of this host. Throws when it has none. */
export function chromiumExecutable(): string {
  const name = NAMES.find(hasTool);
  if (name === undefined) throw new Error(`needs one of ${NAMES.join(', ')}`);
  return runTool('which', name).trim();
}
