#!/bin/sh
# Fetches what draws a card in a preview into a folder: Microsoft's renderer and a reader of Markdown, both MIT.
# Wants npm, and only its `pack`: nothing is installed, no script of a package runs. Ends with 1 when it cannot be had.
#   sh deploy/renderer.sh app/cards/preview/renderer
set -eu

folder="$1"
mkdir -p "$folder"
fresh=$(mktemp -d "$folder/.fresh.XXXXXX") # beside its target: a move then is at once, and two that fetch do not meet
trap 'rm -rf "$fresh"' EXIT

take() { # package, version, file, its SHA-256
    npm pack --silent --fetch-retries=1 --fetch-timeout=30000 --pack-destination "$fresh" "$1@$2" >/dev/null
    tar -xzf "$fresh/$1-$2.tgz" -C "$fresh" "package/dist/$3" package/LICENSE
    found=$({ sha256sum || shasum -a 256; } 2>/dev/null <"$fresh/package/dist/$3" | cut -d ' ' -f 1)
    [ "$found" = "$4" ] || { echo "$1@$2 is not what it was: $found" >&2; exit 1; }
    mv "$fresh/package/LICENSE" "$folder/$1.LICENSE.txt"
    mv "$fresh/package/dist/$3" "$folder/$3"
}

take markdown-it 14.3.3 markdown-it.min.js 494ba53db1aac9f676317dda7062bd9545b5f0bbe3f12b0ab1ab4f813825cfb0
take adaptivecards 3.0.6 adaptivecards.min.js 5e7c13f3300ae7b89b34703501e08d709fbb6635f1c6755b92495577a77344f2
