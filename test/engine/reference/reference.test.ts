import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allCommands, findCommand } from '../../../src-engine/commands';
import { usageLines } from '../../../src-engine/commands/command';
import { readErrorCodes, readRecords, readShapes } from '../../../src-engine/reference/journal';
import { referencePage } from '../../../src-engine/reference/page';
import { withCommandTable } from '../../../src-engine/reference/readme';
import { TestProject } from '../../support/engine';

const root = join(import.meta.dirname, '../../..');

describe('the reference', () => {
  it('is what `npm run reference` makes of the code', async () => {
    expect(readFileSync(join(root, 'docs/reference.md'), 'utf8')).toBe(await referencePage(root));
  });

  it('The README of the engine has the table of commands that `npm run reference` makes.', async () => {
    const text = readFileSync(join(root, 'src-engine/README.md'), 'utf8');
    expect(text).toBe(await withCommandTable(text));
  });

  it('has each option of a command in its usage, and each option of the usage in its table', async () => {
    for (const command of await allCommands()) {
      expect((await findCommand(command.name))?.name).toBe(command.name);
      const used = new Set(
        command.usage.flatMap((form) => [...form.matchAll(/(?<![\w-])--?([a-zA-Z][a-z-]*)/g)].map(([, name]) => name)),
      );
      const described = Object.entries(command.options).flatMap(([name, { short }]) => short ?? name);
      expect([command.name, [...used].sort()]).toEqual([command.name, described.sort()]);
    }
  });

  it('describes every command and option in sentences for users', async () => {
    for (const command of await allCommands()) {
      const texts = [command.summary, ...Object.values(command.options).map(({ description }) => description)];
      expect(texts.filter((text) => !/^[^.].*[^.]$/.test(text))).toEqual([]);
      expect(command.description.join(' ')).toMatch(/^[A-Z].*\.$/);
      expect([...texts, ...command.description, ...usageLines(command)].join(' ')).not.toMatch(/contract|@param/);
    }
  });

  it('has a sentence for every record, and every shape that a field names', () => {
    const records = readRecords();
    expect(records.filter(({ description }) => description.length === 0)).toEqual([]);
    const shapes = readShapes();
    const named = [...records, ...shapes].flatMap(({ fields }) =>
      fields.flatMap(({ type }) => /\b[A-Z]\w+/.exec(type)?.[0] ?? []),
    );
    expect(named.filter((type) => !shapes.some(({ name }) => name === type))).toEqual([]);
    expect(named).toContain('StepExecution');
  });

  it('has every kind of record that a run really writes', async () => {
    const project = new TestProject({ steps: [{ name: 'a', body: 'ManifestRead "$1" name' }, { name: 'b' }] });
    try {
      await project.build('-p', 'b');
      await project.build('-R');
      const { stdout } = await project.run('follow', '--json', 'manifest.xml');
      const written = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(written.length).toBeGreaterThan(4);
      const known = new Map(readRecords().map(({ name, fields }) => [name, fields.map((field) => field.name)]));
      for (const { kind, at: _, ...fields } of written)
        expect(known.get(kind as string)).toEqual(expect.arrayContaining(Object.keys(fields)));
    } finally {
      project.dispose();
    }
  });

  it('has the codes of refusals', () => {
    const codes = readErrorCodes(root).map(({ code }) => code);
    expect(codes).toContain('usage');
    expect(codes).toContain('unreachable');
    expect(codes.length).toBeGreaterThan(10);
  });
});
