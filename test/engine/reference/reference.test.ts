import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allCommands, findCommand } from '../../../src-engine/commands';
import { usageLines } from '../../../src-engine/commands/command';
import { ANSWERS, readAnswerShapes, variantsOf } from '../../../src-engine/reference/answers';
import { readErrorCodes, readRecords, readShapes } from '../../../src-engine/reference/journal';
import { referencePage } from '../../../src-engine/reference/page';
import { withCommandTable } from '../../../src-engine/reference/readme';
import { TestProject } from '../../support/engine';

const root = join(import.meta.dirname, '../../..');

describe('the reference', () => {
  it('is what `npm run reference` makes of the code', async () => {
    expect(readFileSync(join(root, 'docs/reference.md'), 'utf8')).toBe(await referencePage(root));
  });

  it('has the same table of commands as the README of the engine', async () => {
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

  it('has the answers of every command that prints a JSON document', async () => {
    const commands = (await allCommands()).filter(({ options }) => 'json' in options).map(({ name }) => name);
    // `follow` prints the journal's lines, `query` an array of strings.
    expect([...Object.keys(ANSWERS), 'follow', 'query'].sort()).toEqual(commands.sort());
  });

  it('has every shape that a field of an answer names, and the journal and answers agree on those of one name', () => {
    const shapes = readAnswerShapes();
    const all = [...shapes.flatMap(({ variants }) => variants), ...Object.values(ANSWERS).flat().flatMap(variantsOf)];
    const named = all.flatMap(({ fields }) => fields.flatMap(({ type }) => /(?<!')\b[A-Z]\w+/.exec(type)?.[0] ?? []));
    expect(named).toContain('Run');
    expect(named.filter((type) => !shapes.some(({ name }) => name === type))).toEqual([]);
    for (const { name, variants } of shapes) {
      const same = readShapes().find((shape) => shape.name === name);
      const fields = variants[0]?.fields.map((field) => [field.name, field.type, field.isOptional]);
      if (same) expect(fields).toEqual(same.fields.map((field) => [field.name, field.type, field.isOptional]));
    }
  });

  it('declares every field that a command prints', async () => {
    const project = new TestProject({ steps: [{ name: 'a' }, { name: 'b' }] });
    try {
      await project.build();
      for (const [name, ...operands] of [
        ['status'],
        ['checkpoints'],
        ['plan', '-r', 'b'],
        ['diff', 'a'],
        ['ls', 'a'],
        ['prune', '--from', 'b'],
        ['lines'],
        ['switch', 'main'],
        ['media'],
        ['validate'],
        ['doctor'],
        ['support', '--to', 'support.tar.gz'],
      ] as const) {
        const { stdout } = await project.run(name, '--json', 'manifest.xml', ...operands);
        const printed: unknown = JSON.parse(stdout);
        // A schema leaves out the fields that it does not declare.
        expect([name, ANSWERS[name]?.[0]?.schema.parse(printed)]).toEqual([name, printed]);
      }
      await project.build('--fork', '-r', 'b');
      const lines = async (...args: string[]): Promise<unknown> => JSON.parse((await project.run(...args)).stdout);
      const pinned = await lines('line', 'pin', '--json', 'manifest.xml', 'main');
      expect(ANSWERS.line?.[0]?.schema.parse(pinned)).toEqual(pinned);
      const pruned = await lines('line', 'remove', '--json', 'manifest.xml', 'main');
      expect(ANSWERS.line?.[1]?.schema.parse(pruned)).toEqual(pruned);
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
