#!/bin/sh
# Runs its arguments with $PYTHON or, where none is named, with the first Python on this machine
# that the course supports. When none fits, tools/environment.py gets what there is, and says so.
reads() { "$1" -c "import sys; sys.exit(not $2 <= sys.version_info[:2] $3)" >/dev/null 2>&1; }

if [ -n "$PYTHON" ]; then
    command -v "$PYTHON" >/dev/null 2>&1 && exec "$PYTHON" "$@"
    echo "There is no program $PYTHON on this machine: see the name given as PYTHON." >&2
    exit 1
fi
for python in python3 python3.14 python3.13 python3.12 python3.11 python; do
    reads "$python" "(3, 11)" "<= (3, 14)" && exec "$python" "$@"
done
for python in python3 python; do
    reads "$python" "(3, 6)" "" && exec "$python" "$@"
done
echo "There is no Python on this machine. Install Python 3.12 (see README.md) and try again." >&2
exit 1
