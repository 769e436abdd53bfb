#!/bin/sh
# Makes the virtual environment and installs the locked dependencies. Safe to repeat: `make` calls it
# again only when the lock or pyproject.toml has changed.
set -eu
if [ -z "${PYTHON:-}" ]; then
  echo "Cần Python 3.11 (python3.11 hoặc python3) trong PATH." >&2; exit 1
fi
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "Cần Python 3.11 trở lên; máy này có $("$PYTHON" --version)." >&2; exit 1; }
if [ ! -x "$VENV/bin/python" ]; then
  "$PYTHON" -m venv "$VENV" 2>/dev/null || {
    # Debian keeps venv in a package of its own.
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      rm -rf "$VENV"; apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && "$PYTHON" -m venv "$VENV"
    else
      echo "Thiếu mô-đun venv: cài gói python3-venv rồi chạy lại." >&2; exit 1
    fi
  }
fi
"$VENV/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
"$VENV/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
touch "$VENV/.ready"
