import { join } from 'node:path';
import { protocol } from 'electron';
import { CONTENT_SECURITY_POLICY } from '../web/csp';
import { readWindowFile } from '../web/files';

/** Where the window's page lies. */
export const APP_URL = 'app://bundle/';

/** Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the window's own files, with the policy that lets it load nothing else. */
export function serveApp(bundle: string): void {
  const root = join(bundle, '../renderer');
  protocol.handle('app', async ({ url }) => {
    const { host, pathname } = new URL(url);
    const file = host === 'bundle' ? await readWindowFile(root, pathname) : undefined;
    if (!file) return new Response('', { status: 404 });
    return new Response(new Uint8Array(file.body), {
      headers: {
        'content-type': file.type,
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'x-content-type-options': 'nosniff',
      },
    });
  });
}
