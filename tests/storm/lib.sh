# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The random test, for soak.sh (fixed seeds) and soak-forever. Comes after tests/capture/lib.sh.

# soak_options SEED: how that seed is captured; half of them through a ring that is always full
soak_options() {
	case $(($1 % 2)) in
	0) echo "-e all --buffer=1M" ;;
	*) echo "-e all" ;;
	esac
}

# soak SEED: one round, in the current directory; ./run and ./truth stay. Prints what differs.
# shellcheck disable=SC2046,SC2154 # the options are words; capture/lib.sh sets the rest
soak() {
	run_truth $(soak_options "$1") -- soak "$1"
	compare_run || return
	# Random bytes of the job never reach our own outputs.
	[ ! -s run.out ] || { echo "something on stdout"; return 1; }
	"$IOTAP_SOURCE/tests/capture/compare-io" run truth
}
