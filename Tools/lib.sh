# Shared by the scripts in Tools/. Source it; it changes nothing by itself but sets `root`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

if [ -t 1 ]; then
    bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
    bold='' red='' green='' plain=''
fi

# A headline for a step, with the time since the script began.
step() { printf '%s==> %s%s (%d:%02d)\n' "$bold" "$*" "$plain" $((SECONDS / 60)) $((SECONDS % 60)); }

warn() { printf '%s%s%s\n' "$red" "$*" "$plain" >&2; }

die() {
    warn "$(basename "$0"): $*"
    exit 1
}

# need_packages PACKAGE… : installs the Debian packages that are missing, or says which to install.
need_packages() {
    local package missing=()
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null && as_root=(sudo -n) ||
            die "these packages are missing; as root: apt-get install ${missing[*]}"
    fi
    step "installing ${missing[*]}"
    local log
    log=$(mktemp)
    # postgresql-15 would also create and start a cluster on port 5432: only its programs are wanted.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        "${as_root[@]}" mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c \
        'apt-get -q update && apt-get -qy install --no-install-recommends "$@"' sh "${missing[@]}" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "could not install ${missing[*]}"
    fi
    rm -f "$log"
}

# What the build needs beyond Swift itself.
need_build_packages() { need_packages liblz4-dev libzstd-dev libedit-dev pkg-config; }

# Finds a Swift 6.3 or later: in PATH or in the usual places, and puts it into PATH.
need_swift() {
    local place version
    if ! command -v swift >/dev/null; then
        for place in "$HOME/.local/share/swiftly/bin" /opt/swift/usr/bin /usr/libexec/swift/bin /usr/local/swift/usr/bin; do
            [ -x "$place/swift" ] && PATH="$place:$PATH" && break
        done
    fi
    command -v swift >/dev/null || die "no Swift toolchain found; install Swift 6.3: https://www.swift.org/install"
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -1)
    [ -n "$version" ] && [ "$(printf '%s\n6.3\n' "$version" | sort -V | head -1)" = 6.3 ] ||
        die "Swift 6.3 or later is needed, found ${version:-an unknown version}"
}

# The Python environment .venv with the pinned packages of Tests/requirements.txt; `$python` runs it.
python="$root/.venv/bin/python"
need_python() {
    local wanted="$root/Tests/requirements.txt" stamp="$root/.venv/requirements.txt"
    [ -x "$python" ] && cmp -s "$wanted" "$stamp" && return 0
    local system=${PYTHON:-}
    if [ -z "$system" ]; then
        python3 -c 'import venv, ensurepip' 2>/dev/null || need_packages python3-venv
        system=python3
        "$system" -c 'import venv, ensurepip' 2>/dev/null || system=/usr/bin/python3
    fi
    step "preparing the Python environment .venv"
    [ -x "$python" ] || "$system" -m venv "$root/.venv" || die "could not create .venv"
    "$python" -m pip install --quiet --disable-pip-version-check --requirement "$wanted" ||
        die "could not install the packages of Tests/requirements.txt"
    cp "$wanted" "$stamp"
}

# The release binary, or another one that STOREHOUSE_BINARY names, as for the Python suites.
storehouse=${STOREHOUSE_BINARY:-$root/.build/release/storehouse}
