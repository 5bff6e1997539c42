#!/usr/bin/env bash
# Runs a command as containers of the image do: as the user 1654 without any right, with nothing to write to but /tmp, which
# starts empty, and the data folder. The application is at /tmp/app, the data folder at /tmp/data.
# Usage: read-only.sh APP DATA COMMAND…; with DATA_MODE=ro the data folder cannot be written to either.
set -euo pipefail
export app=$1 data=$2 mode=${DATA_MODE:-rw} uid=1654
shift 2
namespace=(unshare --mount --propagation private)
# Whoever is not root becomes it in a namespace of their own, whose only user is themselves.
if [ "$(id -u)" -ne 0 ]; then namespace=(unshare --user --map-root-user --mount --propagation private) uid=0; fi
exec "${namespace[@]}" bash -c '
  set -euo pipefail
  root=$(mktemp -d)
  mount --rbind / "$root"
  mount -o remount,bind,ro "$root"
  mount -t tmpfs -o size=64m,mode=1777 tmpfs "$root/tmp"
  mkdir "$root/tmp/app" "$root/tmp/data"
  mount --bind "$app" "$root/tmp/app"
  mount -o remount,bind,ro "$root/tmp/app"
  mount --bind "$data" "$root/tmp/data"
  mount -o "remount,bind,$mode" "$root/tmp/data"
  exec chroot "$root" setpriv --reuid "$uid" --regid "$uid" --clear-groups --no-new-privs --bounding-set -all --inh-caps -all \
    env -i PATH="$PATH" HOME=/ DOTNET_EnableDiagnostics=0 FLEET__DATA=/tmp/data "$@"
' read-only "$@"
