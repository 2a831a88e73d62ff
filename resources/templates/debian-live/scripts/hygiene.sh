# shellcheck shell=dash
# What an image must not have: what each machine has to make for itself, and what the build and its host leave behind. Not a step
# itself: `. "$(dirname "$0")/hygiene.sh"`.

# unwanted: prints these files as patterns of find.
unwanted() {
  sed '/^#/d; /^$/d; s|^|./|' <<'END'
# Secrets and names of one machine. The script first-start, or the program that uses the file, makes a new one.
etc/ssh/ssh_host_*_key
etc/ssh/ssh_host_*_key.pub
etc/dropbear/*_host_key
etc/ssl/private/ssl-cert-snakeoil.key
etc/ssl/certs/ssl-cert-snakeoil.pem
etc/iscsi/initiatorname.iscsi
etc/nvme/hostnqn
etc/nvme/hostid
etc/hostid
etc/munge/munge.key
etc/bind/rndc.key
etc/unbound/unbound_*.key
etc/unbound/unbound_*.pem
etc/cockpit/ws-certs.d/0-self-signed*
etc/cups/ssl/*
etc/docker/key.json
etc/puppet*/ssl
etc/rancher/node/password
etc/salt/pki/minion/minion.p*
var/lib/NetworkManager/secret_key
var/lib/dbus/machine-id
var/lib/docker/engine-id
var/lib/libuuid/clock.txt
var/lib/mysql/*.pem
var/lib/mysql/auto.cnf
var/lib/netdata/registry/netdata.public.unique.id
var/lib/puppet/ssl
var/lib/rabbitmq/.erlang.cookie
var/lib/samba/private/*.tdb
var/lib/systemd/credential.secret
var/lib/tailscale/tailscaled.state
var/lib/teleport/host_uuid
var/lib/whoopsie/whoopsie-id
var/lib/zerotier-one/identity.*
boot/loader/random-seed
var/lib/random-seed
var/lib/systemd/random-seed
var/lib/urandom/random-seed

# Addresses and devices that one machine had.
etc/dhcpcd.duid
etc/lvm/archive/*
etc/lvm/backup/*
etc/udev/rules.d/70-persistent-*.rules
var/lib/NetworkManager/*.lease
var/lib/NetworkManager/seen-bssids
var/lib/cloud/*
var/lib/dhcp/*.leases
var/lib/dhcpcd*/*

# Logs, caches, histories, and older copies of edited files.
etc/.pwd.lock
etc/group-
etc/gshadow-
etc/passwd-
etc/shadow-
etc/subgid-
etc/subuid-
home/*/.*_history
home/*/.cache
root/.*_history
root/.cache
root/.lesshst
root/.viminfo
root/.wget-hsts
var/backups/*
var/cache/apt/*.bin
var/cache/apt/archives/*.deb
var/cache/apt/archives/partial/*
var/cache/debconf/*-old
var/cache/debconf/passwords.dat
var/cache/ldconfig/aux-cache
var/lib/apt/lists/*
var/lib/dpkg/*-old
var/log/*.gz
var/log/*.old
var/log/alternatives.log
var/log/apt/*
var/log/bootstrap.log
var/log/dpkg.log
var/log/fontconfig.log
var/log/installer
var/log/journal/*
END
}

# clean_image ROOT: removes them below a root file system. No link is followed, so that nothing outside is touched.
clean_image() (
  cd "$1"
  set -f
  set --
  IFS='
'
  for _pattern in $(unwanted); do set -- "$@" -o -path "$_pattern"; done
  shift # the first -o
  find . -xdev \( "$@" \) -prune -exec rm -rf {} +

  # Programs may expect other log files with their owners, so these stay and become empty.
  find . -xdev -path './var/log/*' -type f -size +0 -exec truncate --size=0 {} +
  # The link that finds the removed certificate by its hash.
  find . -xdev -path './etc/ssl/certs/*' -lname '*ssl-cert-snakeoil.pem' -delete
  # The number of the machine for the survey of packages, and the disks of the build host.
  find . -xdev -path ./etc/popularity-contest.conf -type f -exec sed -i 's/^MY_HOSTID=.*/MY_HOSTID=""/' {} +
  find . -xdev -path ./etc/mdadm/mdadm.conf -type f -exec sed -i '/^ARRAY /d' {} +
  # The name servers of the build host. A link belongs to the program that keeps the file.
  if [ -n "$(find . -xdev -path ./etc/resolv.conf -type f)" ]; then
    rm etc/resolv.conf
    if [ -x usr/lib/systemd/systemd-resolved ] || [ -x lib/systemd/systemd-resolved ]; then
      ln -s ../run/systemd/resolve/stub-resolv.conf etc/resolv.conf
    else
      : >etc/resolv.conf
    fi
  fi
)
