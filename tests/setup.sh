# Sourced by tests/run and hw-sim/demo: installs what is missing (tests/packages), configures and builds. The caller is bash
# with `set -euo pipefail`, standing in the root of the source tree. Logs are kept in build/logs.

readonly logs=build/logs

say() { printf '%s\n' "$*"; }

die() {
  printf '%s\n' "$*" >&2
  exit 1
}

on_terminal() { [[ -t 0 && -t 1 && -z ${CI:-} ]]; }

# quietly NAME COMMAND...: output goes to a log; a terminal sees its last line move, a failure shows the log's end.
quietly() {
  local name=$1 started=$SECONDS code=0 watcher=
  shift
  mkdir -p "$logs"
  : >"$logs/$name.log"
  if on_terminal; then
    show_last_line "$name" &
    watcher=$!
  else
    printf '%s: ' "$name"
  fi
  "$@" >"$logs/$name.log" 2>&1 </dev/null || code=$?
  if [[ -n $watcher ]]; then
    kill "$watcher" 2>/dev/null || true
    wait "$watcher" 2>/dev/null || true
    printf '\r\033[K%s: ' "$name"
  fi
  if ((code != 0)); then
    say "failed (exit $code)"
    say "The end of $logs/$name.log:" >&2
    tail -n 60 "$logs/$name.log" >&2
    return "$code"
  fi
  say "done in $((SECONDS - started)) s"
}

# Ends by itself when the script that started it is gone.
show_last_line() {
  local started=$SECONDS line width
  width=$(tput cols 2>/dev/null || echo 80)
  while kill -0 $$ 2>/dev/null; do
    line=$(tail -n 1 "$logs/$1.log" 2>/dev/null | tr -d '\000-\037')
    line="$1 $((SECONDS - started)) s  $line"
    printf '\r\033[K%s' "${line:0:width-1}"
    sleep 0.5
  done
}

release() { (. /etc/os-release && echo "${VERSION_CODENAME:-unknown}"); }

# wanted_packages WHAT...: the names for this release, e.g. `wanted_packages build test`.
wanted_packages() {
  local codename line_kind name what
  codename=$(release)
  while read -r line_kind name; do
    for what in "$@"; do
      if [[ $line_kind == "$what" || $line_kind == "$what@$codename" ]]; then echo "$name"; fi
    done
  done <tests/packages | sort -u
}

missing_packages() {
  local name
  for name in "$@"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || echo "$name"
  done
}

# install_packages WHAT...: asks before sudo on a terminal, never elsewhere; touches apt only when something is missing.
install_packages() {
  command -v dpkg-query >/dev/null || die "This installs Debian packages. On another system install what tests/packages lists and give --no-install."
  case $(release) in
    bookworm | trixie) ;;
    *) die "Known are Debian 12 (bookworm) and 13 (trixie), this is '$(release)'. Install what tests/packages lists and give --no-install." ;;
  esac
  local missing
  mapfile -t missing < <(missing_packages $(wanted_packages "$@"))
  if ((${#missing[@]} == 0)); then return; fi
  say "Missing Debian packages: ${missing[*]}"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300)
  if ((EUID != 0)); then get_leave apt; fi
  quietly apt-update "${apt[@]}" update
  quietly apt-install "${apt[@]}" install --yes --no-install-recommends "${missing[@]}"
}

# get_leave ARRAY: puts sudo in front of the command, after a yes where somebody can say it.
get_leave() {
  local -n command_line=$1
  local answer=
  command -v sudo >/dev/null || die "Not root and no sudo: install the packages above as root, then run this again."
  if on_terminal; then
    read -r -p "Install them with sudo? [Y/n] " answer
    [[ -z $answer || $answer == [yYjJ]* ]] || die "Nothing was installed."
    sudo -v
    command_line=(sudo "${command_line[@]}")
  else
    command_line=(sudo -n "${command_line[@]}")
  fi
}

# Without a peer the tests that talk to it fail, the others run.
unpack_peers() {
  local name
  for name in $(wanted_packages peer); do quietly "unpack-$name" tests/peers "$name" || say "Tests that talk to $name will fail."; done
  if [[ $(release) == bookworm ]]; then quietly gpio-kernel tests/gpio/kernel || say "Tests on kernel GPIO lines will fail."; fi
}

# One compiler wants up to 1 GB with Asio's coroutines, up to 2 GB with sanitizers.
build_jobs() {
  local gigabytes cores each=$1
  gigabytes=$(awk '/^MemAvailable:/ {print int($2 / 1048576)}' /proc/meminfo)
  cores=$(nproc)
  local fit=$((gigabytes / each))
  echo $((fit < 1 ? 1 : fit < cores ? fit : cores))
}

# build_preset PRESET [TARGET...]
build_preset() {
  local preset=$1 each=1 target targets=()
  shift
  [[ $preset == release ]] || each=2
  for target in "$@"; do targets+=(--target "$target"); done
  quietly "configure-$preset" cmake --preset "$preset"
  quietly "build-$preset" env NINJA_STATUS='[%f/%t] ' cmake --build --preset "$preset" --parallel "$(build_jobs "$each")" "${targets[@]}"
}
