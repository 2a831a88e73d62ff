import { expect, it } from 'vitest';
import { refusalOf } from '../../../../src-main/build-hosts/original/refusal';

it('A refusal of the original is reported whole, without the files that it validated.', () => {
  const output = [
    '/usr/share/distro_const/DC-manifest.defval.xml validates',
    '/tmp/manifest_temp_42.xml validates',
    'An invalid step (x) was specified.',
    'Valid step names are: ',
    'a',
    '',
  ].join('\n');
  expect(refusalOf(output, 1)).toMatchObject({
    code: 'refused',
    message: 'An invalid step (x) was specified.\nValid step names are: \na',
  });
});

it('A traceback is reported by its last line, as a sentence.', () => {
  const output = [
    '/tmp/manifest_temp_42.xml validates',
    'Error instantiating manifest tree:',
    'Traceback (most recent call last):',
    '  File "/usr/bin/distro_const", line 900, in <module>',
    '    main_func()',
    "OSError: [Errno 2] No such file or directory: '/rpool/dc/.step_a'",
    '',
  ].join('\n');
  const { message } = refusalOf(output, 1);
  expect(message).toBe(
    "Error instantiating manifest tree:\nThe original distro_const could not process this manifest or build area, and failed with its own error: OSError: [Errno 2] No such file or directory: '/rpool/dc/.step_a'",
  );
  expect(message).not.toContain('File "');
});

it('A build that ends without any output has its exit status as reason.', () => {
  expect(refusalOf('', 3).message).toBe('The build exited with status 3 before it wrote a log.');
});
