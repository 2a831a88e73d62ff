import { describe, expect, it } from 'vitest';
import { redactJournal } from '../../../src-engine/support-bundle/journal-text';
import { redactManifest, secretsOf } from '../../../src-engine/support-bundle/manifest-secrets';
import { Redactor } from '../../../src-engine/support-bundle/redactor';

const redactor = new Redactor([]);
const manifestWithout = (source: string): string => redactManifest(source, new Redactor(secretsOf(source)));

/** No part of this may be left in any line below. */
const SECRET = /hunter|s3cr3t|c0rrect|h0rse|MIIE|QyNTUx/i;
const TOKEN = 's3cr3ts3cr3ts3cr3ts3cr3ts3cr3ts3cr3ts3cr3t';

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
    // Commands that get a password.
    "+ echo 'root:c0rrect h0rse' | chpasswd",
    'echo root:c0rrect:h0rse | chroot /x chpasswd -e',
    "printf 'root:%s\\n' hunter2 | chpasswd",
    'chpasswd <<< "root:c0rrect h0rse"',
    'echo hunter2 | passwd --stdin root',
    'printf hunter2 | cryptsetup luksFormat x -',
    '+ busybox mkpasswd -m sha512 hunter2',
    '+ openssl passwd -6 hunter2',
    "+ ssh-keygen -t ed25519 -N 'c0rrect h0rse' -f x",
    'docker login -u x -p hunter2 registry.example.org',
    "useradd -m -p 'hunter2' x",
    "sshpass -p 'c0rrect h0rse' ssh x@y",
    "curl -sSu 'builder:c0rrect h0rse' https://example.org",
    ...['ghs_', 'glrt-', 'xoxe.xoxp-', 'xapp-1-', 'dckr_pat_', 'sk_live_', 'sk-ant-', 'pypi-AgE', 'hvs.'].map(
      (begin) => `said ${begin}${TOKEN}`,
    ),
    // Passwords after short options, in here-strings, in SQL and in addresses.
    'mysql -u root -phunter2 shop',
    "+ mysqldump --single-transaction -p'c0rrect h0rse' shop",
    'wpa_passphrase home hunter2hunter2',
    "CREATE USER x IDENTIFIED BY 'hunter2'",
    "alter user x identified with mysql_native_password by 'c0rrect h0rse';",
    "ALTER ROLE x ENCRYPTED PASSWORD 'hunter2'",
    "SET PASSWORD FOR x = PASSWORD('hunter2')",
    'openssl enc -aes-256-cbc -k hunter2 -in x',
    'openssl rsa -passin pass:hunter2 -in x',
    'ldapsearch -x -D cn=admin -w hunter2 -b dc=x',
    'redis-cli -h x -a hunter2 ping',
    'smbclient //x/y -U guest%hunter2',
    'mounting smb://guest%hunter2@x/y',
    'https://hooks.slack.com/services/T0/B0/s3cr3ts3cr3t',
    'https://discord.com/api/webhooks/123456/s3cr3ts3cr3t',
    'https://x.webhook.office.com/webhookb2/s3cr3t@x/IncomingWebhook/s3cr3t',
    'https://chat.example.org/hooks/s3cr3ts3cr3ts3cr3t',
    'https://api.telegram.org/bot123456:s3cr3ts3cr3ts3cr3ts3cr3t/send',
    'passwd --stdin root <<< hunter2',
    "kinit admin <<<'c0rrect h0rse'",
    'echo hunter2 | kinit admin',
    'WIFI:T:WPA;S:home;P:hunter2;;',
    'zip -P hunter2 x.zip y',
    '7z a -phunter2 x.7z y',
    'htpasswd -bc users guest hunter2',
    'nmcli dev wifi connect home password hunter2',
    `said AIza${TOKEN.slice(0, 35)}`,
    `said eyJhbGciOiJkaXIi..${TOKEN}.${TOKEN}.${TOKEN}`,
    // Passwords among the operands of a command.
    'htpasswd -b -c file user hunter2',
    'htpasswd -bc file user hunter2',
    "sudo htpasswd -nbB user 'c0rrect h0rse' 2>&1",
    'docker run --rm httpd htpasswd -Bbn user hunter2',
    'subscription-manager register --org=x --activationkey=hunter2',
    'subscription-manager register --org x --activationkey hunter2',
    'pro attach hunter2',
    'sudo ua attach --no-auto-enable hunter2',
    'vault login hunter2',
    'vault operator unseal hunter2',
    'SUSEConnect -r hunter2',
    'lftp -u user,hunter2 host',
    'lftp -e "open -u user,hunter2 ftp://host; bye"',
    "lftp -e 'user guest hunter2; ls' host",
    'ncftpput -u user -p hunter2 host',
    'nmcli con mod x wifi-sec.psk hunter2',
    "nmcli con add type wifi ssid x 802-1x.password 'c0rrect h0rse'",
    'nmcli con mod x wifi-sec.wep-key0 hunter2',
    `wpa_cli set_network 0 psk '"hunter2 h0rse"'`,
    'iwconfig wlan0 key s:hunter2',
    'git config --global gitlab.token hunter2',
    'aws configure set aws_secret_access_key hunter2',
    'samba-tool user create guest hunter2',
    'net user guest hunter2 /add',
    'rabbitmqctl add_user guest hunter2',
    'mysqladmin -u root password hunter2',
    'ipmitool user set password 2 hunter2',
    'sqlplus guest/hunter2@db',
    'plink -pw hunter2 x@y',
    'xfreerdp /v:x /u:guest /p:hunter2',
    'ldappasswd -x -s hunter2 cn=guest',
    'podman pull --creds guest:hunter2 x/y',
    'helm registry login -u guest -p hunter2 x',
    'mosquitto_passwd -b -c file guest hunter2',
    'bw login guest@x hunter2',
    'cscli console enroll --name x hunter2',
    'ejabberdctl register guest example.org hunter2',
    'iscsiadm -m node -o update -n node.session.auth.password -v hunter2',
    'ngrok config add-authtoken hunter2',
    'slappasswd -s hunter2',
    'doveadm pw -s SHA512 -p hunter2',
    'ipa-client-install --domain x -p admin -w hunter2',
    'hdparm --user-master u --security-unlock hunter2 /dev/sdx',
    'landscape-config --registration-key hunter2',
    'mount -t cifs -o username=guest,password=hunter2 //x/y /z',
    'virt-customize --root-password password:hunter2',
    'echo hunter2 | openssl passwd -6 -stdin',
    'echo hunter2 | openssl enc -aes256 -pass stdin -in x',
    'echo hunter2 | pass insert -e x',
    'sshpw --username=root hunter2 --plaintext',
    'd-i netcfg/wireless_wpa string hunter2hunter2',
    'd-i partman-crypto/passphrase password c0rrect h0rse',
    // Boot menus and installers, in other places than alone on a line.
    '+password root hunter2',
    'grub.cfg:12:password root hunter2',
    'password root hunter2 # of the boot menu',
    'echo "password root hunter2" >> /boot/grub/grub.cfg',
    'set superusers="root"; password root hunter2',
    "sed -i '1i rootpw --plaintext hunter2' x.ks",
    // Passwords that a command reads from a pipe, or from a process.
    '(echo hunter2; echo hunter2) | passwd root',
    '{ echo hunter2; sleep 1; echo hunter2; } | passwd root',
    String.raw`printf 'hunter2\nhunter2\n' | passwd root`,
    String.raw`echo -e "hunter2\nhunter2" | passwd`,
    'echo "a|hunter2" | passwd',
    'yes hunter2 | passwd',
    'echo hunter2 | sudo -u root passwd guest',
    'yes hunter2 | head -n 2 | sudo chroot /x /usr/bin/passwd root',
    String.raw`printf 'hunter2\nhunter2\n' | smbpasswd -a -s user`,
    `docker exec x sh -c 'echo "hunter2" | passwd guest'`,
    `echo hunter2 | ssh x@y 'passwd guest'`,
    'echo hunter2 | sudo --stdin make; echo hunter2 | sudo -kS make',
    'printf hunter2 | docker login -u x --password-stdin',
    'echo hunter2 | gh auth login --with-token',
    'echo hunter2 | zfs create -o keyformat=passphrase x/y',
    'echo hunter2 | LC_ALL=C su -c id guest',
    'echo hunter2 | wg pubkey',
    `python3 -c 'print("hunter2")' | passwd guest`,
    'sshpass -f <(echo hunter2) ssh x@y',
    'passwd guest < <(printf "hunter2")',
    'restic --password-file <(echo hunter2) backup',
    String.raw`send "hunter2\r"`,
    '---> PASS hunter2',
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
    'unzip -p x.zip y',
    'mysql -p shop',
    'openssl version -a',
    'echo hello | grep x',
    'echo hello | grep passwd /etc/passwd',
    'echo hello | sudo tee -a /etc/passwd',
    'echo hello | sudo grep passwd x || passwd root',
    "printf 'a b' | ssh x@y cat",
    'echo locked | passwd -l root',
    'echo locked | sudo -u root passwd -l guest',
    'yes | apt-get install passwd',
    'echo password | sed s/password/login/',
    'diff <(echo a) <(echo b)',
    'man htpasswd',
    'htpasswd -c file user',
    'nmcli con mod x wifi-sec.psk-flags 1 wifi-sec.key-mgmt wpa-psk',
    'npm install token-list',
    'git clone x token',
    'sort -u a,b',
    'lftp -u user host',
    'ncftpput -u user host /x y',
    'iscsiadm -m node -n node.startup -v automatic',
    'd-i netcfg/get_hostname string x',
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

  it('Secrets in the arguments of a command are removed.', () => {
    const argv = ['env', 'DB_PASSWORD=c0rrect h0rse', 'tool', '--password', 'hunter2', '--token=c0rrect h0rse', 'fine'];
    const gone = '[removed]';
    expect(redactor.value(argv)).toEqual([
      'env',
      `DB_PASSWORD=${gone}`,
      'tool',
      '--password',
      gone,
      `--token=${gone}`,
      'fine',
    ]);
  });

  it('A secret in the trace of a shell that pipes it into a command that reads a password is removed.', () => {
    const lines = [
      '+ echo root:hunter2',
      '+ chroot /x chpasswd',
      "+ printf '%s\\n' hunter2",
      '+ date',
      '+ date',
      '+ echo fine',
    ];
    expect(redactor.lines(lines)).toEqual([
      '+ echo [removed]',
      '+ chroot /x chpasswd',
      '+ printf [removed]',
      ...lines.slice(3),
    ]);
  });

  it.each([
    ['+ echo hunter2', '+ echo hunter2', '+ passwd root'],
    ['+ passwd root', '+ yes hunter2'],
    ["+ printf 'hunter2\\nhunter2\\n'", '+ smbpasswd -a -s guest'],
    ['passwd root <<EOF', 'hunter2', 'hunter2', 'EOF'],
    ["cat <<-'END' | sudo chroot /x passwd", '\thunter2', '\tEND'],
  ])('The password in the lines %s, %s and those after them is removed.', (...lines) => {
    const left = redactor.lines(lines).join('\n');
    expect(left).toContain('[removed]');
    expect(left).not.toMatch(SECRET);
  });

  it.each([[['+ echo hello', '+ grep passwd x']], [['cat <<EOF', 'hello', 'EOF']], [['passwd root <<EOF', 'hello']]])(
    'The lines %j stay as they are.',
    (lines) => expect(redactor.lines(lines)).toEqual(lines),
  );

  it('The operands of a command in a list of arguments are removed as those in a line.', () => {
    expect(redactor.value({ argv: ['sudo', '/usr/bin/htpasswd', '-bc', 'x', 'guest', 'c0rrect h0rse'] })).toEqual({
      argv: ['sudo', '/usr/bin/htpasswd', '-bc', 'x', 'guest', '[removed]'],
    });
    expect(redactor.value(['lftp', '-u', 'guest,hunter2', 'x'])).toEqual(['lftp', '-u', 'guest,[removed]', 'x']);
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
  const KEY = [
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    'QyNTUxOQAAACDm',
    'QyNTUxOQAAACDn==',
    '-----END OPENSSH PRIVATE KEY-----',
  ];
  const gone = KEY.map(() => '[removed]');

  it('are removed', () => {
    expect(redactor.lines(['before', ...KEY, 'after'])).toEqual(['before', ...gone, 'after']);
    expect(redactor.lines(KEY.slice(0, 2))).toEqual(gone.slice(0, 2));
    expect(redactor.lines(['PuTTY-User-Key-File-3: x', 'Private-Lines: 1', 'MIIE', 'Private-MAC: 12'])[2]).toBe(
      '[removed]',
    );
  });

  it('are removed also when their first lines were left out with the start of the log', () => {
    expect(redactor.lines([...KEY.slice(2), 'after'], true)).toEqual([...gone.slice(2), 'after']);
    expect(redactor.lines(['before', ...KEY], true)).toEqual(['before', ...gone]);
  });

  it('are removed also as records of a journal, among those of others', () => {
    const output = (text: string, stream = 'stdout'): string =>
      JSON.stringify({ kind: 'output', at: 1, step: 'a', stream, text });
    const journal = KEY.flatMap((line) => [output(line), output('working', 'stderr')]).join('\n');
    const texts = redactJournal(journal, redactor, false)
      .split('\n')
      .map((line) => (JSON.parse(line) as { text: string }).text);
    expect(texts).toEqual(gone.flatMap((word) => [word, 'working']));
  });
});

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

it('A secret that is cut between two records of one line is removed.', () => {
  const redactor = new Redactor(['swordfish']);
  const output = (text: string, continued?: true) =>
    JSON.stringify({ kind: 'output', at: 1, step: 'a', stream: 'stdout', text, ...(continued && { continued }) });
  const journal = [output('the password is sword', true), output('fi\b\bfish'), output('next')].join('\n');
  const clean = redactJournal(journal, redactor, false);
  expect(clean).not.toMatch(/fish/);
  expect(clean).toContain('the password is');
  expect(clean).toContain('"text":"next"');
});

it('Hashes of a journal cannot be tried out, and equal ones stay equal.', () => {
  const read = (hash: string) => ({ kind: 'manifest-read', at: 1, step: 'a', request: 'rootpass', isKey: false, hash });
  const journal = ['0123', '0123', '4567'].map((hash) => JSON.stringify(read(hash))).join('\n');
  const [a, b, c] = redactJournal(journal, redactor, false)
    .split('\n')
    .map((line) => (JSON.parse(line) as { hash: string }).hash);
  expect([a === b, a === c, a === '0123']).toEqual([true, false, false]);
  // The remains of a record after a crash.
  expect(redactJournal(JSON.stringify(read('0123')).slice(0, -4), redactor, false)).not.toContain('"0');
});
