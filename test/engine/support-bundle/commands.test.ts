import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src-engine/support-bundle/redactor';
import { SECRET } from './secrets';

const redactor = new Redactor([]);

describe('The passwords of commands:', () => {
  it.each([
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
    'passwd --stdin root <<< hunter2',
    "kinit admin <<<'c0rrect h0rse'",
    'echo hunter2 | kinit admin',
    'WIFI:T:WPA;S:home;P:hunter2;;',
    'zip -P hunter2 x.zip y',
    '7z a -phunter2 x.7z y',
    'htpasswd -bc users guest hunter2',
    'nmcli dev wifi connect home password hunter2',
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
  ])('The secret in %s is removed.', (text) => {
    const left = redactor.text(text);
    expect(left).toContain('[removed]');
    expect(left).not.toMatch(SECRET);
  });

  it.each([
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
  ])('The text %s stays as it is.', (text) => expect(redactor.text(text)).toBe(text));

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
});
