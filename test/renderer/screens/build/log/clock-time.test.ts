import { expect, it } from 'vitest';
import { clockTime } from '../../../../../src-renderer/screens/build/log/clock-time';

it('A time keeps its milliseconds.', () => {
  for (let ms = 0; ms < 1000; ms++)
    expect(clockTime(1_784_000_000 + ms / 1000)).toMatch(
      new RegExp(`^\\d\\d:\\d\\d:\\d\\d\\.${String(ms).padStart(3, '0')}$`),
    );
});
