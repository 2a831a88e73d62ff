// The step budget on finished files of known sizes.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutputArea } from '../../support/output-step';

const MIB = 2 ** 20;

describe('the step budget', () => {
  let area: OutputArea;
  beforeEach(() => {
    area = new OutputArea({ budget_mb: '3' });
    area.write('media/sample.iso', Buffer.alloc(2.5 * MIB));
    area.write('media/sample.usb', Buffer.alloc(3 * MIB));
    area.write('media/other.iso', Buffer.alloc(9 * MIB));
  });
  afterEach(() => area.dispose());

  it('It shows sizes and budget also when all files are within it.', () => {
    const { status, stderr } = area.run('budget');
    expect(stderr).toBe('sample.iso: 2.5 of 3 MiB\nsample.usb: 3.0 of 3 MiB\n');
    expect(status).toBe(0);
  });

  it('It fails when a file is larger, and names each of them.', () => {
    area.write('media/sample.usb', Buffer.alloc(3 * MIB + 1));
    area.set({ budget_mb: '2' });
    const { status, stderr } = area.run('budget');
    expect(stderr).toContain('sample.iso: 2.5 of 2 MiB, too large by 0.5 MiB\n');
    expect(stderr).toContain('budget: over the size budget: sample.iso sample.usb.\n');
    expect(status).toBe(1);
  });

  it('Only the files that are named count.', () => {
    area.write('media/sample.usb', Buffer.alloc(9 * MIB));
    area.set({ budget_for: 'iso' });
    expect(area.run('budget')).toEqual({ status: 0, stderr: 'sample.iso: 2.5 of 3 MiB\n' });
  });

  it.for([
    ['', 'there is no budget.'],
    ['1 GB', "budget_mb is '1 GB', not a number of MiB."],
  ] as const)('The budget “%s” is refused.', ([value, message]) => {
    area.set({ budget_mb: value });
    const { status, stderr } = area.run('budget');
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });
});
