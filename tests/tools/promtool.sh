#!/bin/sh
# Prints the path of promtool; prometheus lies beside it. Where they are not installed, Debian's package is unpacked into
# .peers/: no root, no service. Ends with 1 when they cannot be had.
set -eu

if command -v prometheus >/dev/null && command -v promtool; then
    exit 0
fi
folder="$(cd "$(dirname "$0")/../.." && pwd)/.peers/prometheus"
found="$folder/usr/bin/promtool"
if [ ! -x "$found" ] || [ ! -x "$folder/usr/bin/prometheus" ]; then
    command -v apt-get dpkg >/dev/null || exit 1
    # A folder of its own, moved into place at the end: two that fetch at once do not meet.
    fresh=$(mktemp -d)
    trap 'rm -rf "$fresh"' EXIT
    cd "$fresh"
    apt-get download -qq prometheus >&2 || { [ "$(id -u)" = 0 ] && apt-get update -qq >&2 && apt-get download -qq prometheus >&2; }
    dpkg -x prometheus_*.deb unpacked >&2
    mkdir -p "$folder/usr/bin"
    for name in prometheus promtool; do
        mv "unpacked/usr/bin/$name" "$folder/usr/bin/$name.$$"
        mv "$folder/usr/bin/$name.$$" "$folder/usr/bin/$name"
    done
fi
echo "$found"
