#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# More than the ring holds: the writer waits and nothing is lost, or all that is lost is accounted for.
# In: the program flood. Out: TAP.

# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/capture/lib.sh
. "$IOTAP_SOURCE/tests/capture/lib.sh"
require_bpf

truth_of "256 MiB through a ring of 1 MiB" --buffer=1M -- onto 1 null flood 1 64K 4096
truth_of "256 MiB of four processes through a ring of 1 MiB" --buffer=1M -- \
	onto 1 null flood 4 64K 1024
truth_of "single calls larger than the ring" --buffer=1M -- onto 1 null flood 2 8M 4
truth_of "one byte at a time" --buffer=1M -- onto 1 null flood 2 1 100000

run_truth --on-full=drop --buffer=1M -- onto 1 null flood 1 64K 4096
is "--on-full=drop: the command's status" 0 "$run_status"
is "--on-full=drop: one line on stderr" 1 "$(wc -l <run.err)"
check "--on-full=drop: what is lost is in holes" "$compare" --lossy run truth
like "--on-full=drop: their cause" ring-full \
	"$("$iotap_show" --holes --json run | jq -r .cause | sort -u)"
run_truth --on-full=drop --buffer=1M --strict -- onto 1 null flood 1 64K 4096
is "--strict: a status of its own" 125 "$run_status"
finish
