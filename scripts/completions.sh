#!/bin/sh
# completions.sh TRAWL bash|zsh: prints the completion script for that shell,
# made from what `trawl help --complete` lists.
set -eu
here=$(dirname "$0")
words=$("$1" help --complete)
printf '%s\n' "$words" | awk -F '\t' -v shell="$2" -f "$here/completions.awk"
if [ "$2" = bash ]; then
    echo
    cat "$here/completions.bash"
fi
