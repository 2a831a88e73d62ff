import { allCommands } from '../commands';

const BEGIN = '<!-- commands: npm run reference -->';
const END = '<!-- /commands -->';

/** A README file with the present table of commands. Throws when the file has no place for the table. */
export async function withCommandTable(text: string): Promise<string> {
  const start = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (start < 0 || end < start) throw new Error(`the text has no ${BEGIN} ... ${END}`);
  const rows = (await allCommands()).map(({ name, summary }) => `| \`${name}\` | ${summary} |`);
  return [
    text.slice(0, start + BEGIN.length),
    '',
    '| command | what it does |',
    '| --- | --- |',
    ...rows,
    '',
    text.slice(end),
  ].join('\n');
}
