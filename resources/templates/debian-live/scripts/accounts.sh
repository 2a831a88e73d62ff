# shellcheck shell=dash
# Root and the users of the image. Not a step itself: im-mod includes it after common.sh.
#
# What the elements of a user cannot say is in key_value_pairs, for the user jack for example:
#   user_jack_gecos    full name
#   user_jack_groups   further groups, separated by blanks
#   user_jack_sudo     password (or missing), nopasswd, no
#   user_jack_keys     public SSH keys, one per line; root_keys has those of root

# hash PASSWORD: prints the hash for etc/shadow. The salt comes from the image's name, so that the same manifest gives the same image.
hash() {
  salt=$(printf '%s' "$name" | sha256sum | cut -c1-16)
  printf '%s\n' "$1" | in_image perl -e 'chomp(my $word = <STDIN>); print crypt($word, q($6$) . $ARGV[0] . q($))' "$salt"
}

# set_password USER HASH: passes the hash on standard input, because other users can see arguments. The day of the change is fixed too.
set_password() {
  printf '%s:%s\n' "$1" "$2" | in_image chpasswd --encrypted
  in_image chage --lastday $((SOURCE_DATE_EPOCH / 86400)) "$1"
}

# has_group NAME: whether the image has the group.
has_group() { grep -q "^$1:" "$etc/group"; }

# set_groups USER GROUP...: adds the user to the groups. A group that the image does not have is made as a system group.
set_groups() {
  _user=$1
  shift
  for _group in "$@"; do
    case $_group in
    [!a-zA-Z_]* | *[!a-zA-Z0-9_.-]*) die "$_group is not the name of a group." "Change the pair user_${_user}_groups: names are separated by blanks." ;;
    esac
    if ! has_group "$_group"; then
      say "The image has no group $_group: it is made."
      in_image groupadd --system "$_group"
    fi
    in_image usermod --append --groups "$_group" "$_user"
  done
}

# set_sudo USER HOW: whether the user may become root.
set_sudo() {
  # Without the pair a user may, where the image has sudo.
  case $2 in
  no) return 0 ;;
  '') has_group sudo || return 0 ;;
  password | nopasswd) has_group sudo || die "user $1 is to use sudo, which is not in the image." "Add <pkg name=\"sudo\"/> to img_params/packages, or write no in the pair user_$1_sudo." ;;
  *) die "user_$1_sudo is '$2'." "Write password, nopasswd or no." ;;
  esac
  in_image usermod --append --groups sudo "$1"
  [ "$2" = nopasswd ] || return 0
  # sudo does not read files with a dot in their name.
  _file=$etc/sudoers.d/user-$(printf '%s' "$1" | tr . _)
  printf '%s ALL=(ALL:ALL) NOPASSWD: ALL\n' "$1" >"$_file"
  chmod 440 "$_file"
}

# set_keys USER GROUP HOME KEYS: the keys that the user may sign in with over SSH.
set_keys() {
  [ -n "$4" ] || return 0
  case $4 in
  *'PRIVATE KEY'*) die "the keys of $1 have a private key." "A private key in an image is public: replace it by the public one, and take a new key." ;;
  esac
  _folder=$pkg_image$3/.ssh
  mkdir -p "$_folder"
  printf '%s\n' "$4" >"$_folder/authorized_keys"
  chmod 700 "$_folder"
  chmod 600 "$_folder/authorized_keys"
  in_image chown -R "$1:$2" "$3/.ssh"
}

# add_user USER: makes one user of the manifest.
add_user() {
  this="img_params/user[username=\"$1\"]"
  gid=$(value "$this/GID")
  home=$(value "$this/homedir" "/home/$1")
  shell=$(value "$this/shell" /bin/bash)
  [ -e "$pkg_image$shell" ] || die "user $1 has the shell $shell, which is not in the image." "Change img_params/user/shell, or add the package that has it."
  password=$(value "$this/password")
  [ "$(value "$this/password/encrypted" false)" != false ] || password=$(hash "$password")
  grep -q "^[^:]*:[^:]*:$gid:" "$etc/group" || in_image groupadd --gid "$gid" "$1"
  gecos=$(key "user_$1_gecos")
  case $gecos in
  *[:,]*) die "the full name of $1 has a colon or a comma." "Change the pair user_$1_gecos." ;;
  esac
  in_image useradd --uid "$(value "$this/UID")" --gid "$gid" --home-dir "$home" --create-home --shell "$shell" --comment "$gecos" "$1"
  set_password "$1" "$password"
  set -f
  # shellcheck disable=SC2046
  set_groups "$1" $(key "user_$1_groups" | tr , ' ')
  set +f
  set_sudo "$1" "$(key "user_$1_sudo")"
  set_keys "$1" "$gid" "$home" "$(key "user_$1_keys")"
  say "User $1, home $home"
}

# set_accounts: root and all users of the manifest.
set_accounts() {
  rootpass=$(value img_params/rootpass)
  [ "$(value img_params/rootpass/is_plaintext true)" != true ] || rootpass=$(hash "$rootpass")
  set_password root "$rootpass"
  set_keys root root /root "$(key root_keys)"
  for user in $(values img_params/user/username); do
    add_user "$user"
  done
}
