# lib.sh - what script/demo, script/test, script/test-python and script/compare-peers share; to be sourced.
#
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${SONGDO_BUILD:-$root/build}
mkdir -p "$build"

# Debian and Ubuntu packages: to build and run; to test besides; for the Python package.
packages_build=(meson ninja-build gcc libc6-dev pkg-config libopenmpi-dev openmpi-bin libfftw3-dev libhwloc-dev libnlopt-dev
	libjansson-dev python3)
packages_test=(libcriterion-dev g++ python3-numpy)
packages_python=(meson ninja-build gcc libc6-dev git python3 python3-dev python3-venv)
packages_variants=(clang libomp-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user python3-venv)

say() { printf '== %s\n' "$*"; }
fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit "${status:-69}"; }

# Open MPI refuses root and more ranks than cores unless it is told, spins while it waits, and binds a rank and all its
# threads to one core. Harmless where a site sets its own.
export OMPI_ALLOW_RUN_AS_ROOT=${OMPI_ALLOW_RUN_AS_ROOT:-1}
export OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=${OMPI_ALLOW_RUN_AS_ROOT_CONFIRM:-1}
export OMPI_MCA_rmaps_base_oversubscribe=${OMPI_MCA_rmaps_base_oversubscribe:-1}
export OMPI_MCA_mpi_yield_when_idle=${OMPI_MCA_mpi_yield_when_idle:-1}
export OMPI_MCA_hwloc_base_binding_policy=${OMPI_MCA_hwloc_base_binding_policy:-none}
# Threads of one rank sleep rather than spin while another rank needs the core.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}

# Run a command with its output in a log; on failure show the end of the log.
quietly() {
	local log=$1
	shift
	if ! "$@" >"$log" 2>&1; then
		printf 'failed: %s\n' "$*" >&2
		tail -n 40 "$log" >&2
		return 1
	fi
}

# Install those of the named packages that are missing.
install_packages() {
	local name missing=() as_root=()
	command -v dpkg-query >/dev/null || fail "no Debian or Ubuntu here; please install what these packages hold: $*"
	for name in "$@"; do
		[[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
	done
	((${#missing[@]})) || return 0
	if [[ $(id -u) != 0 ]]; then
		command -v sudo >/dev/null || fail "needs root or sudo to install: ${missing[*]}"
		as_root=(sudo)
	fi
	say "installing ${missing[*]}"
	quietly "$build/apt.log" "${as_root[@]}" apt-get update -qq ||
		say "the package lists could not be refreshed; trying with those at hand"
	quietly "$build/apt.log" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends "${missing[@]}" || fail "apt-get could not install ${missing[*]}"
}

# Configure (or configure again) and build a folder: build_songdo FOLDER [meson options].
build_songdo() {
	local folder=$1
	shift
	local again=()
	[[ -e $folder/build.ninja ]] && again=(--reconfigure)
	mkdir -p "$folder"
	quietly "$folder.log" meson setup "${again[@]}" "$folder" "$root" "$@" && quietly "$folder.log" ninja -C "$folder"
}
