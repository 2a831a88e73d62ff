# shellcheck shell=dash
# Languages and keyboard of the image. Not a step itself: im-mod includes it after common.sh.

# is_plain LOCALE: whether the C library has the locale without locale-gen.
is_plain() {
  case $1 in
  C | C.* | POSIX | Posix/C) true ;;
  *) false ;;
  esac
}

# supported LOCALE: prints the locale and its character set as the image's list of locales has them, or nothing. Names of
# character sets are compared as the C library does it: utf8 is UTF-8. Without one, only a locale that is UTF-8 is found.
supported() {
  awk -v wanted="$1" '
    function plain(text) { text = tolower(text); gsub(/[^a-z0-9]/, "", text); return text }
    function part(name, mark,   at) { at = index(name, mark); return at ? substr(name, at + 1) : "" }
    function split_name(name) {
      modifier = part(name, "@"); sub(/@.*/, "", name)
      charset = plain(part(name, ".")); sub(/\..*/, "", name)
      language = name
    }
    BEGIN { split_name(wanted); l = language; c = charset == "" ? "utf8" : charset; m = modifier }
    NF == 2 && $1 !~ /^#/ {
      split_name($1)
      if (language != l || modifier != m || plain($2) != c) next
      if (part(wanted, ".") == "" && $1 != wanted) next
      print $1, $2
      exit
    }' "$pkg_image/usr/share/i18n/SUPPORTED"
}

# unknown_locale LOCALE: ends the step, with the locales of that language.
unknown_locale() {
  _near=$(awk -v language="${1%%[.@]*}" '
    { name = $1; modifier = ""; if (match(name, /@.*/)) { modifier = substr(name, RSTART); name = substr(name, 1, RSTART - 1) } sub(/\..*/, "", name) }
    name == language { printf "%s.%s%s ", name, $2, modifier }' "$pkg_image/usr/share/i18n/SUPPORTED")
  case $1 in
  *.*) die "this image has no locale $1." "${_near:+It has ${_near% }. }Change img_params/locale_defaults or locale_list." ;;
  *) die "the locale $1 has no character set." "Write one of ${_near:-$1.UTF-8 }in img_params/locale_defaults and locale_list." ;;
  esac
}

# charset_of LOCALE: prints the character set that programs in the image get with it; an unknown locale has ANSI_X3.4-1968.
charset_of() { in_image env "LC_ALL=$1" locale charmap 2>/dev/null || true; }

# set_locales: makes all locales of the manifest, and sets the default.
set_locales() {
  default=$(value img_params/locale_defaults/locale C.UTF-8)
  set -f # a list of names, no patterns
  # shellcheck disable=SC2046
  set -- "$default" $(values img_params/locale_list)
  set +f
  : >"$tmp/locale.gen"
  lang=C.UTF-8
  for locale in "$@"; do
    is_plain "$locale" && continue
    name_and_charset="$locale -"
    if [ -x "$pkg_image/usr/sbin/locale-gen" ]; then
      name_and_charset=$(supported "$locale")
      [ -n "$name_and_charset" ] || unknown_locale "$locale"
      printf '%s\n' "$name_and_charset" >>"$tmp/locale.gen"
    else
      # The package locales-all has every locale ready.
      case $(charset_of "$locale") in
      '' | ANSI*) die "the locale $locale needs the package locales." "Add <pkg name=\"locales\"/> to img_params/packages, or use C.UTF-8." ;;
      esac
    fi
    [ "$locale" != "$default" ] || lang=${name_and_charset% *}
  done
  if [ -s "$tmp/locale.gen" ]; then
    sort -u "$tmp/locale.gen" >"$etc/locale.gen"
    in_image locale-gen >&2 || die "locale-gen could not make the locales of the manifest; its messages are above."
    # locale-gen succeeds also when a locale was not made.
    while read -r locale charset; do
      made=$(charset_of "$locale")
      [ "$made" = "$charset" ] || die "locale-gen did not make $locale: its character set is ${made:-unknown}, not $charset. Its messages are above."
    done <"$etc/locale.gen"
  fi
  printf 'LANG=%s\n' "$lang" >"$etc/default/locale"
}

# set_keyboard: the pair `keyboard` of the manifest has a layout and perhaps a variant, as in `de nodeadkeys`.
set_keyboard() {
  keyboard=$(key keyboard)
  [ -n "$keyboard" ] || return 0
  layout=${keyboard%% *}
  variant=
  [ "$layout" = "$keyboard" ] || variant=${keyboard#* }
  [ -x "$pkg_image/usr/bin/setupcon" ] || [ -x "$pkg_image/usr/bin/Xorg" ] ||
    die "the keyboard $keyboard needs the package console-setup." "Add <pkg name=\"console-setup\"/> to img_params/packages, or remove the pair keyboard."
  rules=$pkg_image/usr/share/X11/xkb/rules/base.lst
  if [ -e "$rules" ]; then
    awk -v layout="$layout" -v variant="$variant" '
      /^! / { part = $2 }
      part == "layout" && $1 == layout { has_layout = 1 }
      part == "variant" && $1 == variant && $2 == layout ":" { has_variant = 1 }
      END { exit !(has_layout && (variant == "" || has_variant)) }' "$rules" ||
      die "there is no keyboard $keyboard." "Write a layout and perhaps a variant of $rules in the pair keyboard, as in \"de nodeadkeys\"."
  fi
  printf 'XKBMODEL="pc105"\nXKBLAYOUT="%s"\nXKBVARIANT="%s"\nXKBOPTIONS=""\nBACKSPACE="guess"\n' "$layout" "$variant" >"$etc/default/keyboard"
  # The console's own map is made now, so that the start needs no time for it.
  [ ! -x "$pkg_image/usr/bin/setupcon" ] || in_image setupcon --save-only >&2 || die "the keyboard map of the console could not be made; the messages are above."
  say "Keyboard $keyboard"
}
