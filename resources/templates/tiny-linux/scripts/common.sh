# shellcheck shell=dash
# Functions for all steps of this template. Not a step itself: a step's first line is `. "$(dirname "$0")/common.sh"`.
#
# A step is called with five standard arguments, then its own (argslist in the manifest):
#   1 manifest socket   2 package image   3 temporary files   4 boot archive   5 finished media
# Standard error is shown on the console, standard output goes to the detail log only.
set -eu
umask 022
export LC_ALL=C

step=$(basename "$0")
if [ $# -lt 5 ]; then
  printf '%s: %s arguments given, five needed: manifest socket, package image, tmp, boot archive, media.\n' "$step" $# >&2
  exit 1
fi
socket=$1 pkg_image=$2 tmp=$3 boot_archive=$4 media=$5
shift 5
PATH=$PATH:/usr/sbin:/sbin # mkfs.vfat and others: the PATH of an ordinary user lacks these folders

# say TEXT...: prints progress on the console.
say() { printf '%s\n' "$*" >&2; }

# die WHAT [WHAT_NEXT]: ends the step with an error.
die() {
  printf '%s: %s\n' "$step" "$1" >&2
  [ -z "${2-}" ] || printf '%s: %s\n' "$step" "$2" >&2
  exit 1
}

# uses FILE...: declares input files of this step. When one changes, later checkpoints become stale.
uses() {
  [ -n "${SLIPWAY_INPUTS-}" ] || return 0
  for _file in "$@"; do printf 'path %s\n' "$(realpath -m "$_file")" >>"$SLIPWAY_INPUTS"; done
}

# lacking TOOL:DEBIAN_PACKAGE...: prints the packages of the tools that this build host lacks. A tool may also be the path of a file.
lacking() {
  for _tool in "$@"; do
    case $_tool in
    /*) [ -x "${_tool%%:*}" ] ;;
    *) command -v "${_tool%%:*}" ;;
    esac >/dev/null || printf '%s\n' "${_tool#*:}"
  done
}

# needs TOOL:DEBIAN_PACKAGE...: ends the step when a tool is missing. The message lists the missing tools of all steps, so that the user installs them once.
needs() {
  [ -n "$(lacking "$@")" ] || return 0
  # shellcheck disable=SC2046
  _packages=$(lacking "$@" $(sed -n 's/^needs //p' "$(dirname "$0")"/*) | sort -u | tr '\n' ' ')
  die "this build host lacks tools." "Install them and resume: sudo apt-get install ${_packages% }"
}

# values NODEPATH: prints all values of a manifest node, one per line.
values() { ManifestRead "$socket" "$1" || die "cannot read $1 from the manifest server at $socket."; }

# value NODEPATH [DEFAULT]: prints the first value, or the default when there is none.
value() {
  _values=$(values "$1") || exit 1
  _first=$(printf '%s\n' "$_values" | sed -n 1p)
  printf '%s\n' "${_first:-${2-}}"
}

# text NODEPATH [DEFAULT]: prints a text. Where it has quotes without a backslash, the manifest server gives it in pieces.
text() {
  _text=$(values "$1") || exit 1
  _text=$(printf '%s' "$_text" | tr '\n' ' ')
  printf '%s\n' "${_text:-${2-}}"
}

# quoted TEXT: prints the text as one word of a shell script.
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }

# key NAME [DEFAULT]: prints the value of a pair in key_value_pairs.
key() {
  _value=$(ManifestRead -k "$socket" "$1") || die "cannot read the key $1 from the manifest server at $socket."
  printf '%s\n' "${_value:-${2-}}"
}

# uuid_of: prints a UUID that follows from standard input.
uuid_of() { sha256sum | sed 's/^\(.\{8\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)\(.\{12\}\).*/\1-\2-\3-\4-\5/'; }

uses "$(dirname "$0")/common.sh"

# One date for all files of the image, so that the same manifest gives the same bytes.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(key source_date_epoch)}
case $SOURCE_DATE_EPOCH in
'') SOURCE_DATE_EPOCH=$(date +%s) ;;
*[!0-9]*) die "source_date_epoch is '$SOURCE_DATE_EPOCH', not a number of seconds since 1970." ;;
esac
export SOURCE_DATE_EPOCH
