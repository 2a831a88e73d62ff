import { AppError } from '../../../src-shared/errors';
import type { Check } from '../check';
import type { Subject } from '../subject';

/** Whether the build area exists or can be created, and its path. */
export function areaCheck({ place }: Subject): Check {
  const it = { id: 'area', title: 'build area' };
  return {
    ...it,
    async look() {
      if (place instanceof AppError)
        return [
          {
            ...it,
            state: 'missing',
            detail: place.message,
            fix:
              place.hint ?? 'Set distro_constr_params/build_area to a folder, or to a dataset of a pool of this host.',
          },
        ];
      const { dataset, mountpoint, exists } = place.area;
      const name = dataset === undefined ? mountpoint : `${mountpoint} (dataset ${dataset})`;
      return [{ ...it, state: 'ok', detail: exists ? name : `${name}, not created yet` }];
    },
  };
}
