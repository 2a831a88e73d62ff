import { expect, it } from 'vitest';
import { otherReasons, scriptEdits } from '../../../../src-renderer/screens/compose/overview/script-edits';
import { scriptDifferences } from '../../../../src-shared/checkpoints/step-differences';

const [edited = ''] = scriptDifferences(
  { step: 'b', script: 'scripts/b', scriptHash: '1' },
  { script: 'scripts/b', scriptHash: '2' },
);
const read = '`b` read `name`: it was x, is y';
const area = '`a`: the build area was at /a, is at /b';

it('Edited scripts are those of the engine’s reasons and those with unsaved edits, each once.', () => {
  expect(
    scriptEdits([edited, read], ['scripts/c', 'scripts/b', 'scripts/include'], ['scripts/a', 'scripts/b', 'scripts/c']),
  ).toEqual([{ path: 'scripts/b', firstStep: 1 }, { path: 'scripts/c', firstStep: 2 }, { path: 'scripts/include' }]);
});

it('Reasons about values are left out where the manifests are compared.', () => {
  expect(otherReasons([edited, read, area], true)).toEqual([area]);
  expect(otherReasons([edited, read, area], false)).toEqual([read, area]);
});
