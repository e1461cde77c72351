#!/bin/sh
# Installs Label Studio into .label-studio/ in a virtual environment of its own: its pins do not fit ours.
# It takes about four minutes and 1 GB. Done once; PYTHON names another interpreter.
set -eu
cd "$(dirname "$0")/../.."
version=1.23.2
home=.label-studio
if [ "$(cat $home/version 2>/dev/null || true)" = $version ]; then exit 0; fi
rm -rf $home
"${PYTHON:-python3}" -m venv $home/venv
# One thing after the other, quietly: only errors are worth a line.
$home/venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check label-studio==$version
echo $version > $home/version
