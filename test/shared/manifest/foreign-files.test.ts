import { describe, expect, it } from 'vitest';
import { compressionOf } from '../../../src-shared/manifest/foreign-files';
import { ManifestSyntaxError, parseManifest } from '../../../src-shared/manifest/parse';

describe('a file that is no manifest', () => {
  it.each([
    ['JSON', '{"name": "image"}'],
    ['YAML', '# image\nname: image\nsteps:\n - one\n'],
    ['YAML', '---\n- one\n'],
    ['a Dockerfile', '\n# comment\nFROM debian:12\nRUN true\n'],
    ['an INI or TOML file', '[Distribution]\nDistribution=debian\n'],
    ['a script', '#!/bin/sh\necho\n'],
  ])('is named: %s', (format, text) => {
    const error = failureOf(text);
    expect(error.message).toContain(`probably ${format};`);
    expect(error.offset).toBe(text.search(/\S/));
  });

  it('keeps the message of the parser where the text begins as XML', () => {
    expect(failureOf('<distribution>\n').message).not.toContain('not XML');
    expect(failureOf('plain text').message).toBe('this is not XML; a manifest begins with <?xml or <distribution');
  });

  it('is recognised when it is compressed', () => {
    expect(compressionOf(Uint8Array.of(0x1f, 0x8b, 8))?.command).toBe('gzip -d');
    expect(compressionOf(new TextEncoder().encode('<a/>'))).toBeUndefined();
  });
});

function failureOf(text: string): ManifestSyntaxError {
  try {
    parseManifest(text);
  } catch (error) {
    if (error instanceof ManifestSyntaxError) return error;
    throw error;
  }
  throw new Error('The text is parsed.');
}
