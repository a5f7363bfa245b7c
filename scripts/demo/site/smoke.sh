#!/usr/bin/env bash
# The smoke test of the demonstration: is the package whole, and what is it?
set -euo pipefail
for file in index.html version.json assets/style.css assets/version.js assets/mark.svg; do
  test -s "$file" || { echo "$file is missing from the package" >&2; exit 1; }
done
grep -q "\"$SLIPWAY_RELEASE\"" version.json || { echo "version.json does not say $SLIPWAY_RELEASE" >&2; exit 1; }
echo "$GREETING: release $SLIPWAY_RELEASE is whole in $SLIPWAY_ENVIRONMENT"
echo "files=$(find . -type f | wc -l | tr -d ' ')" >> "$SLIPWAY_OUTPUT"
