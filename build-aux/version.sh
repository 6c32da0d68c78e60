#!/bin/sh
# Print the version: from the newest v* tag when this is a git checkout, else
# from .tarball-version (written by `make dist`), else the number below.
cd "$(dirname "$0")/.." || exit 1

if test -e .git && v=$(git describe --tags --match 'v[0-9]*' 2>/dev/null); then
	echo "${v#v}"
elif test -f .tarball-version; then
	cat .tarball-version
else
	echo 0.1.0
fi
