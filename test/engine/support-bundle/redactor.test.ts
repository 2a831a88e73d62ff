import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src-engine/support-bundle/redactor';
import { PRIVATE_KEY, SECRET, TOKEN } from './secrets';

const redactor = new Redactor([]);

describe('Redacted text:', () => {
  it.each([
    'Authorization: Bearer s3cr3t-s3cr3t',
    "curl -H 'authorization: Basic aHVudGVyOmh1bnRlcjI=' https://example.org",
    '{"headers":{"Authorization":"Basic s3cr3t"}}',
    'Cookie: session=s3cr3t; other=hunter2',
    'X-Auth-Token: s3cr3t',
    'fetching https://builder:hunter2@repo.example.org/debian',
    'fetching http://hunter2@repo.example.org/debian',
    'git clone https://ghp_s3cr3ts3cr3ts3cr3ts3cr3ts3cr3ts3cr@github.com/x/y',
    'GET /pkg?access_token=s3cr3t&x=1',
    'https://bucket.example.org/x?X-Amz-Signature=s3cr3t&X-Amz-Date=1',
    'AWS_SECRET_ACCESS_KEY=s3cr3t',
    "export GITHUB_TOKEN='s3cr3t h0rse'",
    'declare -x DB_PASSWORD="c0rrect \\" h0rse"',
    'DB_PASSWORD="c0rrect h0rse',
    'ROOTPASS=hunter2',
    '+ ROOT_PW=hunter2 SIGNING_KEY=s3cr3t make',
    'npm config set //registry.example.org/:_auth=s3cr3t',
    'password: c0rrect h0rse',
    '  "client_secret" : "s3cr3t",',
    'said {\\"apiKey\\":\\"s3cr3t\\",\\"x\\":1}',
    '<proxy user="x" password="hunter2"/>',
    '+ useradd --password hunter2 guest',
    '+ tool --api-key "s3cr3t h0rse"',
    'sshpass -p hunter2 ssh x@y',
    'curl -u builder:hunter2 https://example.org',
    'machine example.org login builder password hunter2',
    "+ echo 'root:hunter2' | chpasswd",
    'Server=db;Uid=x;Pwd=hunter2;',
    'root:$6$hunter2$s3cr3ts3cr3t:19000:0:::::',
    'token eyJzM2NyM3Q.c0rrecthunter.s3cr3t',
    '-----BEGIN RSA PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA\\n-----END RSA PRIVATE KEY-----',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nQyNTUxOQAAACDm',
    '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nQyNTUxOQAAACDm',
    'client-key-data: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUVhunter',
    'said LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUVhunter',
    // Headers that contain quotes, or are in quotes.
    '> Authorization: Digest username="x", response="s3cr3t"',
    'said {\\"Authorization\\":\\"Basic s3cr3t\\"}',
    'auth is Basic s3cr3ts3cr3t==',
    // Arguments as shells join and quote them.
    'PASSWORD=c0rrect\\ h0rse',
    "PASSWORD=$'c0rrect h0rse'",
    "PASSWORD='c0rrect'\\'' h0rse'",
    'PASSWORD="c0rrect"h0rse',
    "+ tool '--password=c0rrect h0rse'",
    "+ env 'DB_PASSWORD=c0rrect h0rse' make",
    // Other languages, and JSON in JSON in JSON.
    "'password' => 's3cr3t'",
    'TOKEN := s3cr3t',
    'TOKEN ?= s3cr3t',
    "{'password': b'c0rrect h0rse'}",
    'said {\\\\\\"apiKey\\\\\\":\\\\\\"s3cr3t\\\\\\"}',
    'said {\\"apiKey\\":\\"c0rrect\\\\\\" h0rse\\"}',
    'said [\\"tool\\",\\"--password\\",\\"s3cr3t\\"]',
    'GET /pkg?x=1\\u0026token\\u003ds3cr3t',
    'http://127.0.0.1:4321/%23token%3Ds3cr3t',
    'https://x.blob.example.org/y?sig=s3cr3t&se=1',
    'ftp://s3cr3t@repo.example.org/',
    '-    <rootpass is_plaintext="true">hunter2</rootpass>',
    '<password><![CDATA[hunter2]]></password>',
    'the step read `img_params/rootpass`: it was `hunter2`, is `s3cr3t`',
    // Networks, containers, boot menus and installers.
    'psk="c0rrect h0rse"',
    'WIFI_PSK=hunter2',
    'PresharedKey = s3cr3t',
    '{"auths":{"x":{"auth":"s3cr3t"}}}',
    'PW=hunter2',
    '  password hunter2',
    'machine example.org password hunter2 login builder',
    'password root hunter2',
    'rootpw --plaintext hunter2',
    'd-i passwd/root-password password c0rrect h0rse',
    'password_pbkdf2 root grub.pbkdf2.sha512.10000.hunter.s3cr3t',
    'root:hus3cr3t.hunt:19000:0:99999:7:::',
    'root:$md5,rounds=904$hunter$$s3cr3t',
    '$argon2id$v=19$m=65536,t=3,p=4$hunter$s3cr3t',
    'sed s/x/\\$6\\$hunter\\$s3cr3t/',
    ...['ghs_', 'glrt-', 'xoxe.xoxp-', 'xapp-1-', 'dckr_pat_', 'sk_live_', 'sk-ant-', 'pypi-AgE', 'hvs.'].map(
      (begin) => `said ${begin}${TOKEN}`,
    ),
    'https://hooks.slack.com/services/T0/B0/s3cr3ts3cr3t',
    'https://discord.com/api/webhooks/123456/s3cr3ts3cr3t',
    'https://x.webhook.office.com/webhookb2/s3cr3t@x/IncomingWebhook/s3cr3t',
    'https://chat.example.org/hooks/s3cr3ts3cr3ts3cr3t',
    'https://api.telegram.org/bot123456:s3cr3ts3cr3ts3cr3ts3cr3t/send',
    `said AIza${TOKEN.slice(0, 35)}`,
    `said eyJhbGciOiJkaXIi..${TOKEN}.${TOKEN}.${TOKEN}`,
    // Boot menus and installers, in other places than alone on a line.
    '+password root hunter2',
    'grub.cfg:12:password root hunter2',
    'password root hunter2 # of the boot menu',
    'echo "password root hunter2" >> /boot/grub/grub.cfg',
    'set superusers="root"; password root hunter2',
    "sed -i '1i rootpw --plaintext hunter2' x.ks",
    ...['hf_', 'ya29.', 'ya29.a0-', 'GOCSPX-', 'tskey-auth-', 'gsk_', 'xkeysib-', 'hvb.', '1//0'].map(
      (begin) => `said ${begin}${TOKEN}`,
    ),
  ])('The secret in %s is removed.', (text) => {
    const left = redactor.text(text);
    expect(left).toContain('[removed]');
    expect(left).not.toMatch(SECRET);
  });

  it('A PIN is removed.', () => {
    expect([redactor.text('pin=1234'), redactor.text('"pin": "123456"')]).toEqual([
      'pin=[removed]',
      '"pin": "[removed]"',
    ]);
  });

  it.each([
    'Fetched 27.6 MB in 0s (248 MB/s)',
    'pkg://openindiana.org/system/kernel@0.5.11,5.11-2024.0.0.0:20240101T000000Z',
    'http://pkg.openindiana.org:80/hipster/en/index.shtml',
    'PWD=/root/image',
    'Unpacking passwd_1%3a4.13_amd64.deb, login and libpam-modules',
    '`live-config` read `img_params/hostname`: it was `a`, is `b`',
    'ssh://builder@buildhost/var/tmp',
    'tests passed: 3',
    'Setting up libsecret-1-0:amd64 (0.21.7-1) ...',
    'Setting up node-cookie:all, passwd:amd64 and cryptsetup:amd64',
    'Get:1 http://deb.example.org/debian trixie/main amd64 cryptsetup amd64 2:2.7.5-2 [1 kB]',
    '/var/cache/apt/archives/globus-gass-server-ez-progs_1.2_amd64.deb',
    'sh: 3: mkpasswd: not found',
    'usage: login <password> FILE',
    '+ echo step one: done',
    'password or passphrase is asked for',
    'basic internationalization',
    'Pin: release a=stable',
    'Pin-Priority: 900',
    'PASS test/x.test.ts',
    'Get:9 http://deb.example.org/debian trixie/main amd64 libpam-pro-attach 1 [1 kB]',
    "echo 'password is wrong'",
  ])('The text %s stays as it is.', (text) => expect(redactor.text(text)).toBe(text));

  it('Known secrets are removed wherever and however they are written.', () => {
    const known = new Redactor(['p&<a\'b"c', 'two\nlines here', 'abc', '""']);
    const forms = ['xp&<a\'b"cx', 'p&amp;&lt;a\'b"c', 'p&<a\'b\\"c', encodeURIComponent('p&<a\'b"c'), 'cCY8YSdiImM'];
    for (const form of [...forms, "p&<a'\\''b\"c", 'lines here', 'is abc.'])
      expect(known.text(`x ${form} y`)).toContain('[removed]');
    // A short secret is a whole token, not a part of one.
    expect(known.text('abcd ""')).toBe('abcd ""');
  });

  it('Known secrets are removed in the quotes of every shell, in URLs, JSON of other languages, other encodings and base64.', () => {
    const secret = `it's <a>&"b" $x+y/é^(z)*.`;
    const known = new Redactor([secret, 'plain5ecret', '$%&/()=?']);
    const json = (text: string): string => JSON.stringify(text);
    const escaped = (text: string, what: RegExp): string =>
      text.replace(what, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
    const url = encodeURIComponent(secret);
    const forms = [
      secret.replaceAll("'", `'"'"'`),
      secret.replace(/[^\w+=./]/g, '\\$&'),
      secret.replace(/["$]/g, '\\$&'),
      secret.replace(/'/g, '\\$&'),
      json(secret.replaceAll("'", "'\\''")),
      json(json(secret)),
      escaped(json(secret), /[<>&]/g),
      escaped(json(secret), /é/g),
      'it&#39;s &lt;a&gt;&amp;&quot;b&quot; $x+y/é^(z)*.',
      url.toLowerCase(),
      url.replaceAll('%20', '+'),
      encodeURI(secret),
      url.replaceAll("'", '%27').replaceAll('(', '%28').replaceAll(')', '%29').replaceAll('*', '%2A'),
      Buffer.from(secret, 'latin1').toString('utf8'),
      Buffer.from(secret).toString('base64url'),
      'is $%&/()=? now',
    ];
    for (const form of forms) {
      expect(known.text(form)).toContain('[removed]');
      expect(known.text(form)).not.toMatch(/b|x.?.?.?y/);
    }
    for (const before of ['', 'x', 'xx', 'root:'])
      expect(known.text(Buffer.from(`${before}plain5ecret\n`).toString('base64'))).toMatch(
        /^\w{0,7}\[removed\]\w{0,4}=*$/,
      );
  });

  it('The time grows with the text, whatever the text is.', () => {
    const size = 200_000;
    const long = [
      'x',
      'token',
      'a:',
      '-',
      '"',
      ' -u',
      '://',
      '$6$',
      'password ',
      '\\"',
      '\\"token',
      "token='x'",
      'chpasswd a.',
      'mysql -p',
      'WIFI:P:',
      'nmcli password ',
      'IDENTIFIED ',
      '<<<',
      '\n',
      'htpasswd -b ',
      'pro attach ',
      '| passwd ',
      'echo x | passwd ',
      `|"`,
      `| '`,
      'lftp -u a,',
      'ftp "user ',
      'send "',
      '<(echo ',
      '<< x ',
      'nmcli psk ',
      'pro/',
      '; password ',
      'a/wpa',
      'a-',
      'rootpw --x ',
      'sshpw --x=y ',
    ];
    for (const part of long) redactor.text(part.repeat(size / part.length));
  });
});

describe('private keys over many lines', () => {
  const gone = PRIVATE_KEY.map(() => '[removed]');

  it('are removed', () => {
    expect(redactor.lines(['before', ...PRIVATE_KEY, 'after'])).toEqual(['before', ...gone, 'after']);
    expect(redactor.lines(PRIVATE_KEY.slice(0, 2))).toEqual(gone.slice(0, 2));
    expect(redactor.lines(['PuTTY-User-Key-File-3: x', 'Private-Lines: 1', 'MIIE', 'Private-MAC: 12'])[2]).toBe(
      '[removed]',
    );
  });

  it('are removed also when their first lines were left out with the start of the log', () => {
    expect(redactor.lines([...PRIVATE_KEY.slice(2), 'after'], true)).toEqual([...gone.slice(2), 'after']);
    expect(redactor.lines(['before', ...PRIVATE_KEY], true)).toEqual(['before', ...gone]);
  });
});
