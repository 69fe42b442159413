#!/usr/bin/env bash
# Gradescope runs this once, as root and with a network, when it builds the image.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
cd "${AUTOGRADER_ROOT:-/autograder}/source"

apt-get update -qq
apt-get install -qq -y --no-install-recommends bubblewrap libseccomp2 ||
    echo "bubblewrap could not be installed; the grader takes the next rung of isolation"
apt-get install -qq -y --no-install-recommends libgl1 libglib2.0-0 ||
    echo "OpenCV's libraries could not be installed; its build without windows is taken"

# A Python of its own: Gradescope's harness needs the system's as it is.
for version in 3.12 3.13 3.11; do
    if apt-get install -qq -y --no-install-recommends "python$version" "python$version-venv"; then
        "python$version" -m venv .venv
        break
    fi
done
if [ ! -x .venv/bin/python ]; then
    echo "No Python 3.11 or newer could be installed: choose a newer base image." >&2
    exit 1
fi

export TORCH_INDEX=${TORCH_INDEX:-https://download.pytorch.org/whl/cpu} PIP_NO_CACHE_DIR=1
.venv/bin/python tools/install.py
.venv/bin/python -m grader doctor
