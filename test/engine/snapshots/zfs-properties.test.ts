import { describe, expect, it } from 'vitest';
import { readProperties, snapshotsOf } from '../../../src-engine/snapshots/zfs-properties';

/** The output of zfs-fuse 0.7: snapshots of one second, in the order of creation. */
const RECORDED = `fp/a/build_data\tcreation\t1795417842
fp/a/build_data\tuserrefs\t-
fp/a/build_data@z\tcreation\t1795417842
fp/a/build_data@z\tuserrefs\t0
fp/a/build_data@10\tcreation\t1795417842
fp/a/build_data@10\tuserrefs\t2
fp/a/build_data@9 with blanks\tcreation\t1795417843
fp/a/build_data@9 with blanks\tuserrefs\t0
fp/a/build_data/child@wrong\tcreation\t1795417842
fp/a/build_data/child@wrong\tuserrefs\t0
fp/a/build_data2@wrong\tcreation\t1795417842
fp/a/build_data2@wrong\tuserrefs\t0
`;

describe('the properties that zfs prints', () => {
  it('give the snapshots of exactly one dataset, in order', () => {
    expect(snapshotsOf('fp/a/build_data', readProperties(RECORDED))).toEqual([
      { id: 'fp/a/build_data@z', name: 'z', takenAt: 1795417842, held: false },
      { id: 'fp/a/build_data@10', name: '10', takenAt: 1795417842, held: true },
      { id: 'fp/a/build_data@9 with blanks', name: '9 with blanks', takenAt: 1795417843, held: false },
    ]);
  });

  it('give none for other datasets or no output', () => {
    expect(snapshotsOf('fp/a', readProperties(RECORDED))).toEqual([]);
    expect(snapshotsOf('fp/a/build_dat', readProperties(RECORDED))).toEqual([]);
    expect(snapshotsOf('fp/a/build_data', readProperties(''))).toEqual([]);
  });
});
