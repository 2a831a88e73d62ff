import { StringDecoder } from 'node:string_decoder';
import { AppError } from '../../src-shared/errors';

/** In UTF-16 units. A longer line fills the memory and is no line of ours. */
const MAX_LINE = 16 * 1024 * 1024;

/** Yields the lines of a command's output as they arrive. The last line counts even without its newline. */
export async function* lines(output: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of output) {
    const whole = (rest + decoder.write(chunk)).split('\n');
    rest = whole.pop() ?? '';
    if (rest.length > MAX_LINE)
      throw new AppError('unsupported', 'The host sent a line of more than 16 MiB.', 'Check the build host.');
    yield* whole;
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}
