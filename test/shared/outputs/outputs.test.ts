// Outputs as edits of a manifest: what a user has after switching formats on and off.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { outputs } from '../../../src-shared/outputs/catalogue';
import { toolsOf } from '../../../src-shared/outputs/formats';
import { presentOutputs } from '../../../src-shared/outputs/present';
import { hasPackage, setPackage, setSetting, settingProblem, settingValue } from '../../../src-shared/outputs/settings';
import { missingSteps, switchOff, switchOn } from '../../../src-shared/outputs/switch';
import { loadManifest } from '../../../src-shared/manifest/load';
import { applySplices, type Edit } from '../../../src-shared/manifest/splice';
import { formatNamed, settingNamed } from '../../support/output-formats';

const resources = join(import.meta.dirname, '../../../resources');
const templateText = (name: string): string => readFileSync(join(resources, 'templates', name, 'manifest.xml'), 'utf8');
const load = (source: string) => loadManifest(source, { now: new Date(0) });

/** A manifest's text after edits that are computed one after another. */
function edited(source: string, ...edits: ((loaded: ReturnType<typeof load>) => Edit)[]): string {
  return edits.reduce((text, edit) => applySplices(text, edit(load(text)).splices), source);
}
const on = (id: string) => (loaded: ReturnType<typeof load>) => switchOn(loaded, formatNamed(id));
const off = (id: string) => (loaded: ReturnType<typeof load>) => switchOff(loaded, formatNamed(id));
const steps = (source: string): string[] => load(source).manifest.steps.map(({ name }) => name);
const live = templateText('debian-live');

describe('the formats of a manifest', () => {
  it('debian-live makes an ISO and a USB image, and could make all formats.', () => {
    const present = presentOutputs(load(live).manifest);
    expect(present.template).toBe('debian-live');
    expect([...present.on]).toEqual(['iso', 'usb']);
    expect(present.hidden).toEqual([]);
  });

  it('tiny-linux could make all formats but the USB image of debian-live.', () => {
    const present = presentOutputs(load(templateText('tiny-linux')).manifest);
    expect(present.template).toBe('tiny-linux');
    expect(present.hidden.map(({ id }) => id)).toEqual(['usb']);
  });

  it('Another manifest has the formats that its own steps make.', () => {
    const source = `<distribution name="x"><distro_constr_params><output_image><finalizer>
      <script name="/usr/share/distro_const/create_iso.py"><checkpoint name="iso" message=""/></script>
    </finalizer></output_image></distro_constr_params></distribution>`;
    const present = presentOutputs(load(source).manifest);
    expect(present.template).toBeUndefined();
    expect(present.formats.map(({ id }) => id)).toEqual(['iso']);
  });
});

describe('switching a format on and off', () => {
  it('adds its steps last, in the order in which they need each other, and before the check of all images', () => {
    const source = edited(live, on('qcow2'));
    expect(steps(source)).toEqual([...steps(live).slice(0, -1), 'disk', 'qcow2', 'hygiene']);
    expect(source).toContain('<script name="scripts/qcow2">');
    expect([...presentOutputs(load(source).manifest).on]).toEqual(['iso', 'usb', 'qcow2']);
  });

  it('adds only what is missing, before the steps that use it', () => {
    const source = edited(live, on('vmdk'), on('qcow2'), on('oci'));
    expect(steps(source).slice(-5)).toEqual(['disk', 'vmdk', 'qcow2', 'oci', 'hygiene']);
    const usbOnly = edited(live, (loaded) => ({ ...switchOff(loaded, formatNamed('iso')) }), on('usb'));
    expect(steps(usbOnly).slice(-3)).toEqual(['iso', 'usb', 'hygiene']);
    const without = source.replace(/ *<script name="scripts\/disk">[^]*?<\/script>\n/, '');
    expect(steps(edited(without, on('raw'))).slice(-6)).toEqual(['disk', 'raw', 'vmdk', 'qcow2', 'oci', 'hygiene']);
  });

  it('off restores the text from before', () => {
    for (const { id } of outputs.formats.filter(({ id }) => !['iso', 'usb'].includes(id)))
      expect(edited(live, on(id), off(id)), id).toBe(live);
  });

  it('off keeps what another format needs, and removes what cannot be made any more', () => {
    expect(steps(edited(live, on('qcow2'), on('vhd'), off('qcow2'))).slice(-4)).toEqual([
      'usb',
      'disk',
      'vhd',
      'hygiene',
    ]);
    const withoutIso = switchOff(load(live), formatNamed('iso'));
    expect(withoutIso.label).toBe('Remove output Hybrid ISO and USB image');
    expect(steps(edited(live, off('iso'))).slice(-2)).toEqual(['grub-setup', 'hygiene']);
  });

  it('is one edit with the name of the format', () => {
    const edit = switchOn(load(live), formatNamed('qcow2'));
    expect(edit.label).toBe('Add output qcow2 disk');
    expect(edit.splices).toHaveLength(1);
    expect(missingSteps(load(live).manifest, formatNamed('qcow2'))).toEqual(['disk', 'qcow2']);
    expect(switchOn(load(live), formatNamed('iso')).splices).toEqual([]);
  });
});

describe('the settings of a format', () => {
  it('are pairs of the manifest; without a pair the default counts', () => {
    const spare = settingNamed('disk_spare_mb');
    expect(settingValue(load(live).tree, spare)).toBe('512');
    const source = edited(live, ({ tree }) => setSetting(tree, spare, '1024'));
    expect(source).toContain('<pair key="disk_spare_mb" value="1024"/>');
    expect(settingValue(load(source).tree, spare)).toBe('1024');
    expect(edited(source, ({ tree }) => setSetting(tree, spare, undefined))).toBe(live);
  });

  it('change the pair that is there', () => {
    const usb = settingNamed('usb_spare_mb');
    const source = edited(live, ({ tree }) => setSetting(tree, usb, '128'));
    expect(source).toBe(live.replace('key="usb_spare_mb" value="64"', 'key="usb_spare_mb" value="128"'));
  });

  it('that are packages are those of the image', () => {
    expect(hasPackage(load(live).tree, 'cloud-init')).toBe(false);
    const source = edited(live, ({ tree }) => setPackage(tree, 'cloud-init', true));
    expect(source).toContain('<pkg name="cloud-init"/>\n    </packages>');
    expect(hasPackage(load(source).tree, 'cloud-init')).toBe(true);
    expect(edited(source, ({ tree }) => setPackage(tree, 'cloud-init', false))).toBe(live);
  });

  it('that are sizes must be numbers', () => {
    expect(settingProblem(settingNamed('disk_mb'), '1 GB')).toBe('Must be a number of MiB.');
    expect(settingProblem(settingNamed('disk_mb'), '1024')).toBeUndefined();
  });
});

describe('outputs.json', () => {
  const scripts = (folder: string): string[] => readdirSync(join(resources, folder, 'scripts'));

  it('Each step has a script with a description, in a template or with the outputs.', () => {
    for (const { step } of outputs.steps) {
      const home = ['outputs', 'templates/debian-live'].find((one) => scripts(one).includes(step));
      expect(home, step).toBeDefined();
      expect(existsSync(join(resources, home ?? '', 'scripts', `${step}.meta.json`)), step).toBe(true);
    }
  });

  it('Each setting of a format is described, is read by one of its steps, and its default is that of the script.', () => {
    for (const { settings, id } of outputs.formats)
      for (const key of settings) {
        const { default: value, kind } = settingNamed(key);
        if (kind === 'package') continue;
        const texts = ['outputs', 'templates/debian-live'].flatMap((home) =>
          scripts(home)
            .filter((name) => !name.includes('.'))
            .map((name) => readFileSync(join(resources, home, 'scripts', name), 'utf8')),
        );
        const read = texts.flatMap((text) => [...text.matchAll(new RegExp(`\\$\\(key ${key}([^)]*)\\)`, 'g'))]);
        expect(
          read.map((match) => match[1]?.trim().replaceAll("'", '')),
          `${id} ${key}`,
        ).toContain(value);
      }
  });

  it('The packages of a format are those that its scripts name and the templates do not need.', () => {
    const template = z
      .object({ tools: z.array(z.object({ package: z.string() })) })
      .parse(JSON.parse(readFileSync(join(resources, 'templates/debian-live/template.json'), 'utf8')));
    const known = [...template.tools.map((one) => one.package), 'tar', 'gzip', 'e2fsprogs'];
    const named = (step: string): string[] => {
      const home = scripts('outputs').includes(step) ? 'outputs' : 'templates/debian-live';
      const text = readFileSync(join(resources, home, 'scripts', step), 'utf8');
      return [...text.matchAll(/^ *needs (.*)$/gm)].flatMap(([, list = '']) =>
        list.split(' ').map((tool) => tool.split(':')[1] ?? tool),
      );
    };
    for (const { id } of outputs.formats) {
      const wanted = missingSteps({ steps: [] }, formatNamed(id)).flatMap(named);
      expect([...new Set(wanted)].filter((one) => !known.includes(one)).sort(), id).toEqual(toolsOf(formatNamed(id)));
    }
  });
});
