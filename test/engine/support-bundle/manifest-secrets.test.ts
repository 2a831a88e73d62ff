import { describe, expect, it } from 'vitest';
import { redactManifest, secretsOf } from '../../../src-engine/support-bundle/manifest-secrets';
import { Redactor } from '../../../src-engine/support-bundle/redactor';
import { SECRET } from './secrets';

const manifestWithout = (source: string): string => redactManifest(source, new Redactor(secretsOf(source)));

describe('A manifest:', () => {
  it.each([
    '<d><rootpass is_plaintext="true">hunter2</rootpass></d>',
    '<d><rootpass is_plaintext="false">$5$hunter$s3cr3t</rootpass></d>',
    '<d><user username="x"><password encrypted="false">hunter2</password></user></d>',
    '<d><root_user><password>hunter2</password></root_user></d>',
    '<d><user password="hunter2"/></d>',
    "<d><user\n  password='hunter2'/></d>",
    '<d><rootpass><![CDATA[hunter2]]></rootpass></d>',
    '<d xmlns:x="urn:x"><x:password x:secret="hunter2">hunter2</x:password></d>',
    '<d><rootpass>hun<!-- x -->ter2<b>hunter2</b></rootpass></d>',
    '<d><!-- <rootpass>hunter2</rootpass> --></d>',
    '<d><!-- rootpass: hunter2 --></d>',
    '<d><pair key="db_password" value="hunter2"/></d>',
    '<d><pair value=\'hunter2\' key="api-token"/></d>',
    '<d><argslist>"--password" "hunter2"</argslist></d>',
    '<d><main url="https://x:hunter2@repo.example.org" authname="x"/></d>',
    '<!DOCTYPE d [<!ENTITY pw "hunter2">]><d><rootpass>&pw;</rootpass></d>',
    '<d><rootpass>hunter2</rootpass><other>was hunter2</other></d>',
    '<d><pair key="wifi_psk" value="hunter2"/></d>',
    // In other places, without the name that marks it as a secret.
    '<d><argslist>"--password" "c0rrect h0rse"</argslist><x>c0rrect h0rse</x></d>',
    '<d><argslist>--password hunter2</argslist><x>hunter2</x></d>',
    '<d><argslist>"TOKEN=s3cr3t" "its quotes do not pair</argslist><x>s3cr3t</x></d>',
    '<d><main url="https://x:hunter2@repo.example.org"/><x>hunter2</x></d>',
    '<d><!-- <pair key="db_password" value="a>hunter2"/> --></d>',
    // No longer XML.
    '<d><pair key="db_password" value="hunter2/>\n<x>y</x>',
    '<d><rootpass>hunter2</d>',
    '<d><rootpass is_plaintext="true">hunter2\n<x>',
    '<d><user password="hunter2></d>',
  ])('The secret in %s is removed.', (source) => {
    const left = manifestWithout(source);
    expect(left).not.toMatch(SECRET);
    expect(left).toContain('[removed]');
    // Messages of the doctor still point to the right line.
    expect(left.split('\n').length).toBe(source.split('\n').length);
  });

  it('Everything else stays, byte for byte.', () => {
    const source = '<d a="1">\n  <rootpass is_plaintext="true">[removed]</rootpass>\n  <hostname>x</hostname>\n</d>\n';
    expect(manifestWithout(source)).toBe(source);
  });
});
