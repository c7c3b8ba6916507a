#!/bin/sh
# Makes ./configure from a fresh checkout.
set -eu
cd "$(dirname "$0")"
mkdir -p build-aux m4
exec autoreconf --install --force --warnings=all
