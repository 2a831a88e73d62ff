import { AppError } from '../../../src-shared/errors';
import { assertBuildable } from '../../area/buildable';
import { refuseCovered } from '../../area/places';
import type { Check } from '../check';
import type { Subject } from '../subject';

/** Whether the build area exists or can be created, whether mounts hide it, whether it may be built in, and its path. */
export function areaCheck({ place, file }: Subject): Check {
  const it = { id: 'area', title: 'build area' };
  return {
    ...it,
    async run() {
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
      const refusal = await refusalOf(async () => {
        if (place.area.exists) await refuseCovered(place.area);
        await assertBuildable(place.area, file.path, place.choice.backend);
      });
      if (refusal) return [{ ...it, state: 'missing', detail: refusal.message, fix: refusal.hint ?? '' }];
      const { dataset, mountpoint, exists } = place.area;
      const name = dataset === undefined ? mountpoint : `${mountpoint} (dataset ${dataset})`;
      return [{ ...it, state: 'ok', detail: exists ? name : `${name}, not created yet` }];
    },
  };
}

/** The refusal of an assertion; any other failure does not concern the place. */
async function refusalOf(assertion: () => Promise<void>): Promise<AppError | undefined> {
  try {
    await assertion();
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
