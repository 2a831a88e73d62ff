import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';
import { inCarriers } from './support/carriers';
import { temporary } from './support/samples';

inCarriers({}, (open) => {
  it('A home folder that does not exist is not made, and the window opens.', async () => {
    const above = join(temporary(), 'missing');
    const env = { HOME: join(above, 'home'), SLIPWAY_STATE: '', TMPDIR: temporary() };
    const { page, close } = await open({ env });
    await page.getByRole('button', { name: /New/ }).first().waitFor();
    await close();
    expect(existsSync(above)).toBe(false);
  });
});
