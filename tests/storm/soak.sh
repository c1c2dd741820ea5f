#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Random trees of processes that make random calls on random fds, with fixed seeds: what moved is what was
# captured, stream by stream, by the processes' own truth and by the kernel's counters.
# In: the program soak. Out: TAP. A seed that once found something stays in the list.

# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/capture/lib.sh
. "$IOTAP_SOURCE/tests/capture/lib.sh"
# shellcheck source=tests/storm/lib.sh
. "$IOTAP_SOURCE/tests/storm/lib.sh"
require_bpf

for seed in 1 2 3 4 5 6 7 8 9 10 11 12; do
	mkdir "$tmp/$seed"
	cd "$tmp/$seed" || exit 99
	IOTAP_TRUTH=$PWD/truth
	check "seed $seed" soak "$seed"
	cd "$tmp" || exit 99
	[ "$tests_failed" -gt 0 ] || rm -rf "$seed"
done
finish
