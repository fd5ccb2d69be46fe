#!/bin/sh
# Finds what building and testing need, and on Debian and its kin installs
# what is missing. Elsewhere it names the packages and fails.
#   deps.sh [build]      build: only what compiling needs
#   TRAWL_NO_INSTALL=1   only report

# when, how to find it, and its package on each system (- is: part of it)
table='
when  find           debian          fedora             arch       alpine         brew
build cmd:cc         build-essential gcc                gcc        build-base     gcc
build cmd:pkg-config pkg-config      pkgconf-pkg-config pkgconf    pkgconf        pkgconf
build cmd:bison      bison           bison              bison      bison          bison
build cmd:flex       flex            flex               flex       flex           flex
build pkg:libpcap    libpcap-dev     libpcap-devel      libpcap    libpcap-dev    libpcap
build pkg:lmdb       liblmdb-dev     lmdb-devel         lmdb       lmdb-dev       lmdb
build pkg:libzstd    libzstd-dev     libzstd-devel      zstd       zstd-dev       zstd
build pkg:libxxhash  libxxhash-dev   xxhash-devel       xxhash     xxhash-dev     xxhash
build pkg:libarchive libarchive-dev  libarchive-devel   libarchive libarchive-dev libarchive
build pkg:liblzma    liblzma-dev     xz-devel           xz         xz-dev         xz
build pkg:zlib       zlib1g-dev      zlib-devel         zlib       zlib-dev       zlib
build pkg:libedit    libedit-dev     libedit-devel      libedit    libedit-dev    libedit
test  pkg:cmocka     libcmocka-dev   libcmocka-devel    cmocka     cmocka-dev     cmocka
test  dir:zoneinfo   tzdata          tzdata             tzdata     tzdata         -
'

rows=$(echo "$table" | sed '/^$/d; 1,/^when/{/^when/d;}')
[ "${1:-}" != build ] || rows=$(echo "$rows" | grep '^build')

found() {
    case $1 in
    cmd:*) command -v "${1#cmd:}" >/dev/null 2>&1 ;;
    pkg:*) pkg-config --exists "${1#pkg:}" 2>/dev/null ;;
    dir:*) [ -d "/usr/share/${1#dir:}/Europe" ] ;;
    esac
}

# The rows of what is not there.
missing() {
    echo "$rows" | while read -r when find names; do
        found "$find" || echo "$when $find $names"
    done
}

# packages COLUMN: the packages of the missing rows, on one line.
packages() {
    echo "$lacking" | awk -v c="$1" '$c != "-" { printf "%s%s", s, $c; s = " " }'
}

tell() {
    echo "trawl needs, and did not find:" \
        "$(echo "$lacking" | awk '{ sub(/^[a-z]*:/, "", $2); print $2 }' |
            tr '\n' ' ')"
    echo "  Debian, Ubuntu  apt-get install $(packages 3)"
    echo "  Fedora          dnf install $(packages 4)"
    echo "  Arch            pacman -S $(packages 5)"
    echo "  Alpine          apk add $(packages 6)"
    echo "  Homebrew        brew install $(packages 7)"
}

# How to become root: nothing to add, sudo, or no way.
root_prefix() {
    if [ "$(id -u)" -eq 0 ]; then
        echo ""
    elif command -v sudo >/dev/null 2>&1 &&
        { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        echo "sudo"
    else
        return 1
    fi
}

lacking=$(missing)
[ -n "$lacking" ] || exit 0
if [ -n "${TRAWL_NO_INSTALL:-}" ] || ! command -v apt-get >/dev/null 2>&1 ||
    ! sudo=$(root_prefix); then
    tell >&2
    [ "${1:-}" != build ] || echo "  or run \`make deps\`" >&2
    exit 1
fi

wanted=$(packages 3)
echo "trawl needs, and is going to install: $wanted"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # a list of words, and a prefix that may be none
install() {
    $sudo apt-get install -y -q --no-install-recommends $wanted
}
# A fresh image has no package lists; an old one has stale ones.
$sudo apt-get update -q && install || exit 1
lacking=$(missing)
[ -z "$lacking" ] || { tell >&2; exit 1; }
