# Sourced by the other scripts: finds Swift, installs missing system packages, clears settings that
# slow OpenBLAS down. Says on standard error what it does.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# An inherited kernel choice halves every matrix product and changes results from machine to machine.
for name in OPENBLAS_CORETYPE OPENBLAS_L2_SIZE; do
  if [ -n "${!name:-}" ]; then
    echo "fedrl: ignoring $name=${!name} from the environment, so that OpenBLAS picks its own kernels" >&2
  fi
  unset "$name"
done

fedrl_require_swift() {
  if ! command -v swift >/dev/null 2>&1; then
    cat >&2 <<'END'
fedrl: Swift was not found. fedrl needs Swift 6.3 or newer. On Debian 12, as an ordinary user:

    sudo apt-get install -y curl gnupg ca-certificates
    curl -O https://download.swift.org/swiftly/linux/swiftly-$(uname -m).tar.gz
    tar zxf swiftly-$(uname -m).tar.gz && ./swiftly init

then open a new shell and run this again. Other ways: https://www.swift.org/install/linux/
END
    exit 1
  fi
}

# Installs those of the named Debian packages that are missing.
fedrl_require_packages() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
      echo "fedrl: missing system packages, and no sudo to install them; as root: apt-get install ${missing[*]}" >&2
      exit 1
    }
    sudo=(sudo)
  fi
  echo "fedrl: installing system packages: ${missing[*]}" >&2
  local log
  log=$(mktemp)
  if ! { "${sudo[@]}" apt-get update -qq &&
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    rm -f "$log"
    echo "fedrl: apt-get could not install: ${missing[*]}" >&2
    exit 1
  fi
  rm -f "$log"
}

# What Swift itself needs to start, compile and link on Debian, and the libraries fedrl stands on.
fedrl_packages=(binutils ca-certificates git libc6-dev libcurl4 libedit2 libgcc-12-dev libncurses6
  libsqlite3-0 libstdc++-12-dev libxml2 pkg-config tzdata
  libbox2d-dev libopenblas-dev libpng-dev libssl-dev zlib1g-dev)

# Ends with a message where the Swift that was found cannot start or is too old. Call after its
# packages are installed.
fedrl_require_swift_version() {
  local text version
  if ! text=$(swift --version 2>&1); then
    echo "fedrl: $(command -v swift) does not start: $text" >&2
    exit 1
  fi
  version=$(sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' <<<"$text" | head -n 1)
  if [ "$(printf '%s\n' 6.3 "$version" | sort -V | head -n 1)" != 6.3 ]; then
    echo "fedrl: expected Swift 6.3 or newer, found ${version:-an unknown version} in $(command -v swift)" >&2
    exit 1
  fi
}

# Prints the option that links Swift's libraries into an executable, where this toolchain can: such
# a one starts in half the time and runs on machines without Swift.
fedrl_static_option() {
  local libraries
  libraries=$(swift -print-target-info | sed -nE 's/.*"runtimeResourcePath": "(.*)".*/\1/p')
  if [ -d "${libraries}_static" ]; then
    echo --static-swift-stdlib
  fi
}

# Installs Python packages in an environment of their own: NAME PACKAGE …; prints its Python. Each
# package on its own, so that one that is missing leaves the others.
fedrl_peer_python() {
  local folder="$root/.build/peers/$1" log="$root/.build/peers/$1.log" package
  shift
  mkdir -p "$root/.build/peers"
  if [ ! -x "$folder/bin/python" ] && ! python3 -m venv "$folder" >"$log" 2>&1; then
    rm -rf "$folder"
    echo "skipped: no Python environment could be made in $folder; see $log" >&2
    return 1
  fi
  for package in "$@"; do
    grep -qxF "$package" "$folder/installed" 2>/dev/null && continue
    echo "fedrl: installing $package in $folder …" >&2
    if "$folder/bin/python" -m pip install --disable-pip-version-check "$package" >>"$log" 2>&1; then
      echo "$package" >>"$folder/installed"
    else
      echo "skipped: $package could not be installed; see $log" >&2
    fi
  done
  echo "$folder/bin/python"
}

# The environment of the libraries that the measurements compare with, and of the packages that are
# named besides; prints its Python.
fedrl_peer_libraries() {
  local packages
  mapfile -t packages < <(grep -v '^#' "$root/Tests/Benchmarks/peers.txt")
  fedrl_peer_python libraries "${packages[@]}" "$@"
}

fedrl_pufferlib_source=https://files.pythonhosted.org/packages/7c/e1/5292f9b69c6263707b40ba04a87e6b9bcc177281d31092f77afd90c412f1/pufferlib-3.0.0.tar.gz
fedrl_pufferlib_sha256=7df3a3e3f5f894d78d2a1f5374097890aec01473183e748abefe4f3faa10eaa9

# The environment of PufferLib, whose requirements exclude the other libraries'; prints its Python.
# PyPI has its source only. Building that fetches libraries from elsewhere for worlds that nothing
# here needs, so that its CartPole alone is built, with what the source brings.
fedrl_peer_pufferlib() {
  local python folder="$root/.build/peers/pufferlib" log="$root/.build/peers/pufferlib.log" source
  source="$folder/source"
  python=$(fedrl_peer_python pufferlib "numpy<2" cython wheel "setuptools<81" torch) || return 1
  if ! grep -qxF pufferlib "$folder/installed" 2>/dev/null; then
    echo "fedrl: building PufferLib's CartPole in $folder …" >&2
    rm -rf "$source"
    mkdir -p "$source"
    if ! { curl -fsSL "$fedrl_pufferlib_source" -o "$source/source.tar.gz" &&
      sha256sum --check <<<"$fedrl_pufferlib_sha256  $source/source.tar.gz" &&
      tar -xzf "$source/source.tar.gz" -C "$source" --strip-components 1 &&
      mkdir "$source/raylib-5.5_webassembly" "$source/box2d-web" "$source/box2d-linux-amd64" &&
      find "$source/pufferlib/ocean" -name binding.c ! -path '*/cartpole/*' -delete &&
      "$python" -m pip install --disable-pip-version-check --no-build-isolation "$source" &&
      rm -rf "$source"; } >>"$log" 2>&1; then
      echo "skipped: pufferlib could not be built; see $log" >&2
      return 1
    fi
    echo pufferlib >>"$folder/installed"
  fi
  echo "$python"
}
