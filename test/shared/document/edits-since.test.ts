import { describe, expect, it } from 'vitest';
import { editsSince } from '../../../src-shared/document/edits-since';
import type { StepReads } from '../../../src-shared/document/readers';
import { interpretManifest } from '../../../src-shared/manifest/interpret';

const BASE = `<distribution name="live">
  <distro_constr_params>
    <build_area>/area</build_area>
    <output_image>
      <finalizer>
        <script name="scripts/pop"><checkpoint name="pop" message="Populate"/></script>
        <script name="scripts/mod"><checkpoint name="mod" message="Modify"/></script>
        <script name="scripts/menu"><checkpoint name="menu" message="Menu"/></script>
      </finalizer>
    </output_image>
  </distro_constr_params>
  <img_params>
    <packages><pkg name="a"/><pkg name="b"/><pkg name="c"/></packages>
    <rootpass is_plaintext="true">old-secret</rootpass>
    <hostname>live</hostname>
    <user username="jack"><shell>/bin/bash</shell></user>
    <user username="eva"><shell>/bin/bash</shell></user>
  </img_params>
  <key_value_pairs>
    <pair key="suite" value="trixie"/>
    <pair key="api_token" value="old-token"/>
  </key_value_pairs>
</distribution>
`;

const read = (step: string, ...requests: string[]): StepReads => ({
  step,
  reads: requests.map((request) => ({ request, isKey: !request.includes('/') })),
});
const READS = [
  read('pop', 'img_params/packages/pkg/name', 'suite'),
  read('mod', 'img_params/hostname', 'img_params/user/shell', 'img_params/rootpass'),
  read('menu', 'img_params/hostname', 'distribution/name'),
];

function since(edit: (source: string) => string, reads = READS): ReturnType<typeof editsSince> {
  const load = (source: string): ReturnType<typeof interpretManifest> =>
    interpretManifest(source, { now: new Date(0) });
  const edited = edit(BASE);
  expect(edited).not.toBe(BASE);
  return editsSince(load(BASE), load(edited), reads);
}

const replaced =
  (...pairs: readonly (readonly [string, string])[]) =>
  (source: string): string =>
    pairs.reduce((text, [from, to]) => text.replace(from, to), source);

describe('The edits since a build', () => {
  it('have the first step that reads each, the most expensive first', () => {
    const found = since(replaced(['name="live"', 'name="other"'], ['<hostname>live', '<hostname>desk']));
    expect(found).toEqual([
      { title: 'Host name', section: 'accounts', before: 'live', after: 'desk', firstStep: 1 },
      { title: 'Name', section: 'overview', before: 'live', after: 'other', firstStep: 2 },
    ]);
  });

  it('name a value of key_value_pairs by its key', () => {
    expect(since(replaced(['value="trixie"', 'value="sid"']))).toEqual([
      { title: 'suite', section: 'pairs', before: 'trixie', after: 'sid', firstStep: 0 },
    ]);
  });

  it('sum up each list of packages', () => {
    const [found, ...others] = since(replaced(['<pkg name="a"/>', '<pkg name="x"/>'], ['<pkg name="c"/>', '']));
    expect(found).toEqual({ title: 'Packages', section: 'packages', text: 'added x; removed a, c', firstStep: 0 });
    expect(others).toEqual([]);
  });

  it('have the order of packages as an edit', () => {
    const found = since(replaced(['<pkg name="a"/><pkg name="b"/>', '<pkg name="b"/><pkg name="a"/>']));
    expect(found).toEqual([{ title: 'Packages', section: 'packages', text: 'order changed', firstStep: 0 }]);
  });

  it('pair users by their names, not by their places', () => {
    const found = since(replaced(['<user username="jack"><shell>/bin/bash</shell></user>', '']));
    expect(found[0]).toEqual({ title: 'User jack', section: 'accounts', text: 'removed', firstStep: 1 });
    const shell = since(replaced(['<user username="eva"><shell>/bin/bash', '<user username="eva"><shell>/bin/sh']));
    expect(shell[0]).toMatchObject({
      title: 'Login shell of eva',
      before: '/bin/bash',
      after: '/bin/sh',
      firstStep: 1,
    });
  });

  it('never have the value of a secret', () => {
    const found = since(replaced(['old-secret', 'new-secret'], ['old-token', 'new-token']));
    expect(JSON.stringify(found)).not.toMatch(/old-|new-/);
    expect(found.map(({ title, text }) => [title, text])).toEqual([
      ['Root password', 'changed'],
      ['api_token', 'changed'],
    ]);
  });

  it('have no step where none is known to read the value', () => {
    const found = since(replaced(['<hostname>live', '<hostname>desk']), []);
    expect(found).toEqual([{ title: 'Host name', section: 'accounts', before: 'live', after: 'desk' }]);
  });

  it('begin with the first step that another list of steps would run', () => {
    const found = since(
      replaced(
        ['<script name="scripts/menu"><checkpoint name="menu" message="Menu"/></script>', ''],
        ['scripts/mod', 'scripts/other'],
      ),
    );
    expect(found).toEqual([{ title: 'Steps', section: 'steps', text: 'removed menu', firstStep: 1 }]);
  });

  it('are none after comments, white space and messages of steps changed', () => {
    const found = since(
      replaced(['<img_params>', '<img_params>\n    <!-- a comment -->'], ['message="Menu"', 'message="Boot menu"']),
    );
    expect(found).toEqual([]);
  });
});
