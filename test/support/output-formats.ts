import { outputs, type OutputSetting } from '../../src-shared/outputs/catalogue';
import type { OutputFormat } from '../../src-shared/outputs/formats';

/** A format of the catalogue by its id. */
export function formatNamed(id: string): OutputFormat {
  const found = outputs.formats.find((one) => one.id === id);
  if (!found) throw new Error(`there is no format ${id}`);
  return found;
}

/** A setting of the catalogue by its key. */
export function settingNamed(key: string): OutputSetting {
  const found = outputs.settings.find((one) => one.key === key);
  if (!found) throw new Error(`there is no setting ${key}`);
  return found;
}
