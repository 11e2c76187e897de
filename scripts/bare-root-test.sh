#!/bin/bash
# Tries the two commands of the README where nothing is installed: a fresh Debian 12 root with git alone, made with
# this machine's own package sources. Needs root and debootstrap.
#
#   scripts/bare-root-test.sh [FOLDER [COMMAND...]]
#
# FOLDER is a new one below /var/tmp by default and is kept for a look; one made earlier is used again, with what it
# has by now. The commands are those of ./dev, `demo` and `test` by default.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
root=${1:-$(mktemp -d /var/tmp/convoy-bare-XXXXXX)}
shift || true
commands=("$@")
if (( ${#commands[@]} == 0 )); then commands=(demo test); fi

(( EUID == 0 )) || { echo "this needs root" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "this needs debootstrap" >&2; exit 1; }

# The mirror is the one that this machine's apt uses.
mirror=$(apt-get indextargets --format '$(SITE) $(CODENAME)' 'Created-By: Packages' |
  awk '$2 == "bookworm" { print $1; exit }')
[[ -n $mirror ]] || { echo "apt has no source for bookworm" >&2; exit 1; }

if [[ ! -e $root/etc/debian_version ]]; then
  echo "== Debian 12 in $root"
  debootstrap --variant=minbase --include=git,ca-certificates bookworm "$root" "$mirror"
fi

# Package sources, settings and certificates as on this machine; only Debian's own sources, and no settings that run
# programs, which are not there.
cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
rm -f "$root/etc/apt/sources.list"
for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian*.sources $(grep -L Invoke /etc/apt/apt.conf.d/* || true); do
  if [[ -f $file ]]; then install -D -m 644 "$file" "$root$file"; fi
done
if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
  cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/"
  chroot "$root" update-ca-certificates
fi

mount --bind /proc "$root/proc"
mount --bind /dev "$root/dev"
trap 'umount "$root/dev" "$root/proc"' EXIT

# A clone of what is committed, without this machine's build.
rm -rf "$root/root/convoy"
git clone --quiet --no-hardlinks "$source" "$root/root/convoy"

inside() { chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
  http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" no_proxy="${no_proxy:-}" bash -c "cd /root/convoy && $1"; }
for command in "${commands[@]}"; do
  echo "== ./dev $command"
  time inside "./dev $command"
  if [[ $command == demo ]]; then test -s "$root/root/convoy/edges.png"; fi
done
