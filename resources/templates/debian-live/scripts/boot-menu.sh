# shellcheck shell=dash
# The boot menu of the manifest (img_params/grub_menu_modifications) as GRUB script. Not a step itself: grub-setup includes it.
menu=img_params/grub_menu_modifications

# grub_quoted TEXT: prints the text as one word of GRUB script, in which nothing is a variable or ends the word.
grub_quoted() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"$]/\\&/g')"; }

# menu_entry TITLE: prints a menu entry with the GRUB lines of standard input.
menu_entry() { printf 'menuentry %s {\n' "$(grub_quoted "$1")" && sed 's/^/  /' && printf '}\n'; }

# add_entry NODEPATH POSITION SUFFIX: writes an entry of the manifest to a file whose name sorts by position, then by order.
add_entry() {
  values "$1" >>"$tmp/menu-entries" # a line for each entry
  values "$1/title_suffix" >>"$tmp/menu-titles"
  values "$1/line" >"$tmp/lines"
  cat "$tmp/lines" >>"$tmp/menu-lines"
  add_lines "$2" "$3"
}

# add_lines POSITION SUFFIX: as add_entry, with the lines of $tmp/lines.
add_lines() {
  count=$((count + 1))
  menu_entry "$title $2" <"$tmp/lines" >"$tmp/menu/$(printf '%03d-%03d' "$1" "$count")"
}

# find_entry TITLE [PREDICATE]: sets `this` to the entries that have the title as the manifest server gave it. A quote in it may have a
# backslash in the manifest, where it is compared with it. Fails for a title with both kinds of quotes, and for a piece of a title.
find_entry() {
  for _text in "$1" "$(printf '%s' "$1" | sed "s/[\"']/\\\\&/g")"; do
    case $_text in
    *\"*\'* | *\'*\"*) continue ;;
    *\"*) this="$menu/entry[${2-}title_suffix='$_text']" ;;
    *) this="$menu/entry[${2-}title_suffix=\"$_text\"]" ;;
    esac
    [ -z "$(values "$this/title_suffix")" ] || return 0
  done
  return 1
}

# at_position POSITION: adds the entries of a position. Two of one position are told apart by their titles.
at_position() {
  values "$menu/entry[position=\"$1\"]/title_suffix" | awk '!seen[$0]++' >"$tmp/suffixes"
  is_known=true
  while IFS= read -r suffix; do find_entry "$suffix" "position=\"$1\":" || is_known=false; done <"$tmp/suffixes"
  if [ "$is_known" = false ]; then # quotes in a title: the manifest server gives it in pieces
    add_entry "$menu/entry[position=\"$1\"]" "$1" "$(text "$menu/entry[position=\"$1\"]/title_suffix")"
    return
  fi
  while IFS= read -r suffix; do
    find_entry "$suffix" "position=\"$1\":"
    add_entry "$this" "$1" "$suffix"
  done <"$tmp/suffixes"
}

# without_position: adds the entries that have no position, last.
without_position() {
  values "$menu/entry/title_suffix" | awk '!seen[$0]++' >"$tmp/suffixes"
  while IFS= read -r suffix; do
    if find_entry "$suffix" && [ -z "$(values "$this/position")" ]; then add_entry "$this" 999 "$suffix"; fi
  done <"$tmp/suffixes"
  add_rest
}

# rest_of FILE: prints the lines of standard input without those of a file, each as often as it is there.
rest_of() { awk -v file="$1" 'BEGIN { while ((getline line <file) > 0) known[line]++ } known[$0] > 0 { known[$0]--; next } { print }'; }

# add_rest: adds the entry without a position that its title does not find. Two of them cannot be told apart.
add_rest() {
  values "$menu/entry" >"$tmp/entries"
  left=$(($(wc -l <"$tmp/entries") - $(wc -l <"$tmp/menu-entries")))
  [ "$left" -gt 0 ] || return 0
  values "$menu/entry/title_suffix" | rest_of "$tmp/menu-titles" >"$tmp/suffixes"
  suffix=$(tr '\n' ' ' <"$tmp/suffixes" | sed 's/ $//')
  if [ "$left" -gt 1 ]; then
    say "NOTE: the boot menu lacks the entries $suffix: their titles have quotes or are not unique. Give them positions."
    return 0
  fi
  values "$menu/entry/line" | rest_of "$tmp/menu-lines" >"$tmp/lines"
  add_lines 999 "$suffix"
}

# boot_menu KERNEL INITRD OPTIONS: prints grub.cfg. The first entry is the image's own.
boot_menu() {
  title=$(text "$menu/title" "$name")
  rm -rf "$tmp/menu"
  mkdir -p "$tmp/menu"
  printf 'linux $kernel $options\ninitrd $initrd\n' | menu_entry "$title" >"$tmp/menu/000-000"
  count=0
  : >"$tmp/menu-entries"
  : >"$tmp/menu-titles"
  : >"$tmp/menu-lines"
  values "$menu/entry/position" | sort -n | uniq >"$tmp/positions"
  while IFS= read -r position; do at_position "$position"; done <"$tmp/positions"
  without_position
  printf 'set timeout=%s\n' "$(grub_quoted "$(value "$menu/timeout" 5)")"
  printf 'set default=%s\n' "$(grub_quoted "$(value "$menu/default_entry" 0)")"
  printf 'set kernel=%s\nset initrd=%s\nset options="%s"\n' "$1" "$2" "$3"
  printf 'if serial --unit=0 --speed=115200; then\n  terminal_input console serial\n  terminal_output console serial\nfi\n'
  cat "$tmp"/menu/*
}
