# shellcheck shell=dash
# The boot menu of the manifest (img_params/grub_menu_modifications) as GRUB script. Not a step itself: grub-setup includes it.
menu=img_params/grub_menu_modifications

# grub_quoted TEXT: prints the text as one word of GRUB script, in which nothing is a variable or ends the word.
grub_quoted() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"$]/\\&/g')"; }

# menu_entry TITLE: prints a menu entry with the GRUB lines of standard input.
menu_entry() { printf 'menuentry %s {\n' "$(grub_quoted "$1")" && sed 's/^/  /' && printf '}\n'; }

# add_entry NODEPATH POSITION SUFFIX: writes an entry of the manifest to a file whose name sorts by position, then by order.
add_entry() {
  count=$((count + 1))
  values "$1/line" | menu_entry "$title $3" >"$tmp/menu/$(printf '%03d-%03d' "$2" "$count")"
}

# at_position POSITION: adds the entries of a position. Two of one position are told apart by their titles.
at_position() {
  values "$menu/entry[position=\"$1\"]/title_suffix" | awk '!seen[$0]++' >"$tmp/suffixes"
  is_known=true
  while IFS= read -r suffix; do
    [ -n "$(values "$menu/entry[position=\"$1\":title_suffix=\"$suffix\"]/title_suffix")" ] || is_known=false
  done <"$tmp/suffixes"
  if [ "$is_known" = false ]; then # quotes in a title: the manifest server gives it in pieces
    add_entry "$menu/entry[position=\"$1\"]" "$1" "$(text "$menu/entry[position=\"$1\"]/title_suffix")"
    return
  fi
  while IFS= read -r suffix; do
    add_entry "$menu/entry[position=\"$1\":title_suffix=\"$suffix\"]" "$1" "$suffix"
  done <"$tmp/suffixes"
}

# without_position: adds the entries that have no position, last.
without_position() {
  values "$menu/entry/title_suffix" | awk '!seen[$0]++' >"$tmp/suffixes"
  while IFS= read -r suffix; do
    this="$menu/entry[title_suffix=\"$suffix\"]"
    [ -z "$(values "$this/title_suffix")" ] || [ -n "$(values "$this/position")" ] || add_entry "$this" 999 "$suffix"
  done <"$tmp/suffixes"
}

# boot_menu KERNEL INITRD OPTIONS: prints grub.cfg. The first entry is the image's own.
boot_menu() {
  title=$(text "$menu/title" "$name")
  rm -rf "$tmp/menu"
  mkdir -p "$tmp/menu"
  printf 'linux $kernel $options\ninitrd $initrd\n' | menu_entry "$title" >"$tmp/menu/000-000"
  count=0
  values "$menu/entry/position" | sort -n | uniq >"$tmp/positions"
  while IFS= read -r position; do at_position "$position"; done <"$tmp/positions"
  without_position
  printf 'set timeout=%s\n' "$(grub_quoted "$(value "$menu/timeout" 5)")"
  printf 'set default=%s\n' "$(grub_quoted "$(value "$menu/default_entry" 0)")"
  printf 'set kernel=%s\nset initrd=%s\nset options="%s"\n' "$1" "$2" "$3"
  printf 'if serial --unit=0 --speed=115200; then\n  terminal_input console serial\n  terminal_output console serial\nfi\n'
  cat "$tmp"/menu/*
}
