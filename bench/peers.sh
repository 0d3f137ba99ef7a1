#!/bin/sh
# Sets up what Shipbell is measured beside, in the folder .peers/ of the checkout: nothing is installed on the machine.
# A peer that cannot be had is left out with a word; the bench then says "not run" for it.
set -u

here=$(cd "$(dirname "$0")/.." && pwd)
peers="$here/.peers"
mkdir -p "$peers/debian" "$peers/npm"

[ "$(id -u)" = 0 ] && apt-get update -qq # an empty package list finds nothing

debian() { # one Debian package with its files under .peers/debian
    if (cd "$peers/debian" && apt-get download -q "$1" && dpkg -x "$1"_*.deb . && rm "$1"_*.deb); then
        echo "have $1"
    else
        echo "left out: $1" >&2
    fi
}

debian libluajit2-5.1-2
debian libluajit2-5.1-common
debian wrk
debian prometheus-alertmanager

# Node-RED 5 asks for Node 22.9 or later, which Debian 12 does not have: the npm package `node` brings one.
for package in "node@24" "node-red@5"; do
    if npm install --prefix "$peers/npm" --no-audit --no-fund --loglevel=error "$package"; then
        echo "have $package"
    else
        echo "left out: $package" >&2
    fi
done
