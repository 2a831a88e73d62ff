import { StringDecoder } from 'node:string_decoder';

/** The lines of what a command says, as they come; the last one also without its newline. */
export async function* lines(output: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of output) {
    const whole = (rest + decoder.write(chunk)).split('\n');
    rest = whole.pop() ?? '';
    yield* whole;
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}
