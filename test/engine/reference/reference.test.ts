import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dispatchedCommands, readCommands } from '../../../src-engine/reference/commands';
import { readErrorCodes, readRecords, readShapes } from '../../../src-engine/reference/journal';
import { referencePage } from '../../../src-engine/reference/page';
import { TestProject } from '../../support/engine';

const root = join(import.meta.dirname, '../../..');

describe('the reference', () => {
  it('is what the code says: otherwise run `npm run reference`', () => {
    expect(readFileSync(join(root, 'docs/reference.md'), 'utf8')).toBe(referencePage(root));
  });

  it('has every subcommand that the engine takes', () => {
    const told = readCommands(root).map(({ name }) => name);
    expect([...told].sort()).toEqual(
      dispatchedCommands(root)
        .filter((name) => !['help', '--version'].includes(name))
        .sort(),
    );
    for (const { usage, description } of readCommands(root)) {
      expect(usage.every((form) => form.startsWith('distro_const '))).toBe(true);
      expect(description.join(' ')).not.toMatch(/contract|@param/);
    }
  });

  it('has a sentence for every record, and every shape that a field names', () => {
    const records = readRecords(root);
    expect(records.filter(({ description }) => description.length === 0)).toEqual([]);
    const shapes = readShapes(root);
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
      const known = new Map(readRecords(root).map(({ name, fields }) => [name, fields.map((field) => field.name)]));
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
