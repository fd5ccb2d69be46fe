#!/bin/sh
# Installs into a folder of its own, looks at every file, asks the installed
# program and the completions of bash, and uninstalls again.
set -u
build=${BUILD:-build/release}
mode=${build##*/}
case $mode in release | asan | tsan | cover) ;; *) mode=release ;; esac
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C
bad=0 tests=0
wrong() { echo "check_install: $*"; bad=1; }
# The calling make says nothing to this one.
run_make() {
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s "$@" MODE="$mode" \
        BUILD="$build" PREFIX=/usr DESTDIR="$dir/root" >"$dir/log" 2>&1 ||
        { wrong "make $*"; cat "$dir/log"; exit 1; }
}

run_make install
usr=$dir/root/usr
installed() { (cd "$usr" && find . ! -type d | sort); }
{
    echo ./bin/trawl
    echo ./share/bash-completion/completions/trawl
    for f in README.md LICENSE CHANGELOG.md docs/*.md store/FORMAT.md; do
        echo "./share/doc/trawl/$f"
    done
    echo ./share/man/man1/trawl.1
    echo ./share/man/man7/trawl-query.7
    for f in hunts/*.hunt hunts/*.test; do
        [ -f "$f" ] && echo "./share/trawl/$f"
    done
    echo ./share/zsh/site-functions/_trawl
} | sort >"$dir/want"
installed >"$dir/have"
tests=$((tests + $(wc -l <"$dir/want")))
diff "$dir/want" "$dir/have" >"$dir/log" || { wrong "what is installed:"; cat "$dir/log"; }

version=$("$usr/bin/trawl" version | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p')
[ -n "$version" ] || wrong "the installed program does not run"

# Man pages: complete, and without a warning of troff.
for page in man1/trawl.1 man7/trawl-query.7; do
    f=$usr/share/man/$page
    tests=$((tests + 2))
    grep -q "\"trawl $version\"" "$f" || wrong "no version in $page"
    ! grep -n '@[a-zA-Z]' "$f" || wrong "not replaced in $page"
    if command -v groff >/dev/null; then
        said=$(groff -man -Tutf8 -ww -z "$f" 2>&1)
    elif command -v man >/dev/null; then
        said=$(man --warnings -l "$f" 2>&1 >/dev/null)
    else
        echo "check_install: no groff and no man: $page is not rendered"
        continue
    fi
    [ -z "$said" ] || wrong "$page: $said"
done
grep -q 'fB\\-\\-explain' "$usr/share/man/man1/trawl.1" || wrong "trawl.1 lacks options"
grep -q 'inner.ttl' "$usr/share/man/man7/trawl-query.7" || wrong "trawl-query.7 lacks fields"
tests=$((tests + 2))

mkdir "$dir/files" && : >"$dir/files/one.pcap" && mkdir "$dir/files/old"
# offers LINE WANT: bash, with the cursor at the end of LINE, offers just WANT.
# A word of LINE is what bash takes for one: `=` is a word of its own.
offers() {
    tests=$((tests + 1))
    # shellcheck disable=SC2016 # it is bash that expands
    have=$(cd "$dir/files" && bash --norc -c '
        . "$1"
        read -r -a COMP_WORDS <<<"$2"
        case $2 in *" ") COMP_WORDS+=("") ;; esac
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _trawl
        printf "%s\n" "${COMPREPLY[@]}" | sort | tr "\n" " "
        ' bash "$usr/share/bash-completion/completions/trawl" "$1" 2>&1)
    [ "${have% }" = "$2" ] || wrong "bash: '$1' offers '$have', not '$2'"
}
if command -v bash >/dev/null; then
    offers 'trawl in' 'info ingest init'
    offers 'trawl -s old in' 'info ingest init'
    offers 'trawl --store = old que' 'query'
    offers 'trawl -s ' 'old'
    offers 'trawl -q ver' 'version'
    offers 'trawl --s' '--store'
    offers 'trawl query -f ' 'csv json ndjson table text tsv'
    offers 'trawl query --format = nd' 'ndjson'
    offers 'trawl query --format =' 'csv json ndjson table text tsv'
    offers 'trawl query --now ' 'clock latest'
    offers 'trawl query --ex' '--explain'
    offers 'trawl query -F ' 'old one.pcap'
    offers 'trawl -q query -o one' 'one.pcap'
    offers 'trawl ingest --s' '--sensor --store'
    offers 'trawl ingest --macs o' 'old one.pcap'
    offers 'trawl ingest --sensor o' ''
    offers 'trawl info ' '--captures --help --json --quiet --store --streams --verbose -h -q -s -v'
    offers 'trawl help agg' 'aggregates'
    offers 'trawl help inner.sp' 'inner.sport'
    offers 'trawl nosuch' ''
else
    echo "check_install: no bash: its completions are not tried"
fi
if command -v zsh >/dev/null; then
    tests=$((tests + 1))
    zsh -n "$usr/share/zsh/site-functions/_trawl" || wrong "zsh does not read _trawl"
else
    echo "check_install: no zsh: its completions are not read"
fi

run_make uninstall
tests=$((tests + 1))
installed >"$dir/have"
[ ! -s "$dir/have" ] || { wrong "left behind:"; cat "$dir/have"; }
for d in doc/trawl trawl; do
    [ ! -e "$usr/share/$d" ] || wrong "left behind: share/$d"
done
[ $bad = 0 ] && echo "check_install: $tests ok"
exit $bad
