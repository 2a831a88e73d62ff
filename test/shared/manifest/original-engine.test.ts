import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findOriginalDifferences, type ExportedScript } from '../../../src-shared/manifest/original-engine';

const now = new Date(0);
const blank = readFileSync(join(import.meta.dirname, '../../../resources/templates/blank/manifest.xml'), 'utf8');
/** A manifest that the original command accepts unchanged. */
const stock = blank.replace('/var/tmp/slipway/blank', 'rpool/dc');

const of = (kind: string, source: string, scripts?: ExportedScript[]) =>
  findOriginalDifferences(source, now, scripts)
    .filter((one) => one.kind === kind)
    .map(({ message }) => message);

it('A manifest for a dataset has only notes about how to run it.', () => {
  expect(findOriginalDifferences(stock, now)).toEqual([
    { kind: 'note', message: expect.stringContaining('relative to the folder') },
    { kind: 'note', message: expect.stringContaining('host-apt') },
  ]);
});

describe('the original command rejects', () => {
  it.each([
    ['a folder’s checkpoints', blank, /is a folder.* rejects -l, -p, -r and -R/],
    ['a whole pool', stock.replace('rpool/dc', 'rpool'), /is a whole pool/],
    ['no build area', stock.replace(/<build_area>.*<\/build_area>/, '<build_area/>'), /no build area/],
    ['a missing section', stock.replace(/<packages>[^]*<\/packages>/, ''), /packages/],
    ['a step without a name', stock.replace('checkpoint name="hello"', 'checkpoint name=""'), /has no checkpoint name/],
    ['an apostrophe', stock.replace('Say hello', "Don't"), /without its partner.*`message` of `checkpoint`/],
    ['a dash in the host name', stock.replace('<hostname>blank', '<hostname>my-host'), /my-host.*letters and digits/],
    [
      'resuming without checkpoints',
      stock.replace('<checkpoint_enable>true', '<checkpoint_enable resume_from="hello">false'),
      /resume_from.*no checkpoints/,
    ],
    [
      'a resume from no step',
      stock.replace('<checkpoint_enable>', '<checkpoint_enable resume_from="zzz">'),
      /zzz, which is no step/,
    ],
    ['a dataset with a slash at its end', stock.replace('rpool/dc', 'rpool/dc/'), /rpool\/dc\/ ends with a slash/],
    ['a dataset with dots', stock.replace('rpool/dc', 'rpool/x/../dc'), /an empty part, `.` or `..`/],
    ['a dataset with blanks', stock.replace('rpool/dc', 'rpool/dc two'), /`rpool\/dc two` has blanks/],
    [
      'the old format',
      '<distribution name="x"><img_params><build_area>rpool/dc</build_area></img_params></distribution>',
      /2008 and 2009/,
    ],
  ])('%s', (_, source, message) => {
    expect(of('original-rejects', source)).toEqual([expect.stringMatching(message)]);
  });

  it('a script that is not there or cannot run', () => {
    expect(of('original-rejects', stock, [])).toEqual([expect.stringContaining('scripts/hello is not there')]);
    const script = { path: 'scripts/hello', executable: false };
    expect(of('original-rejects', stock, [script])).toEqual([expect.stringContaining('is not executable')]);
    expect(of('original-rejects', stock, [{ ...script, executable: true }])).toEqual([]);
  });
});

it('A difference that several steps share is reported once.', () => {
  const nameless = '<script name="scripts/hello"><checkpoint name=""/></script>';
  const source = stock.replace('</finalizer>', `${nameless}${nameless}</finalizer>`);
  expect(of('original-rejects', source)).toEqual([expect.stringContaining('has no checkpoint name')]);
});

it('What only our engine provides is named.', () => {
  expect(of('slipway-only', blank)).toEqual([expect.stringContaining('Checkpoints in a folder')]);
  const again = '</script><script name="scripts/hello"><checkpoint name="again"/></script>';
  expect(of('slipway-only', stock.replace('</script>', again))).toEqual([expect.stringContaining('Several steps run')]);
  const script = { path: 'scripts/hello', executable: true, text: 'echo "path x" >>"$SLIPWAY_INPUTS"' };
  expect(of('slipway-only', stock, [script])).toEqual([expect.stringContaining('SLIPWAY_INPUTS: scripts/hello')]);
});

it('What the original command silently does otherwise is not reported as rejected.', () => {
  const spaced = stock.replace('checkpoint name="hello"', 'checkpoint name="say@hello"');
  expect(of('original-rejects', spaced)).toEqual([]);
  expect(of('note', spaced)).toContainEqual(expect.stringContaining('goes on without that checkpoint'));
  const numbers = stock.replace('<stop_on_error>true', '<stop_on_error>1').replace('enable>true', 'enable>0');
  expect(of('note', numbers).filter((message) => /is [01]:/.test(message))).toHaveLength(2);
  const silent = findOriginalDifferences(numbers, now).filter(({ isSilent }) => isSilent);
  expect(silent.map(({ message }) => message)).toEqual([
    expect.stringMatching(/checkpoint_enable/),
    expect.stringMatching(/stop_on_error/),
  ]);
});
