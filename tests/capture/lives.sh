#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Process records: 20,000 short lives, and lives that are special in every respect.
# In: the programs many and traits. Out: TAP.

# shellcheck disable=SC2317 # check calls the functions

# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/capture/lib.sh
. "$IOTAP_SOURCE/tests/capture/lib.sh"
require_bpf

tiny=$IOTAP_BUILD/tests/prog/tiny
lives=$IOTAP_SOURCE/tests/capture/compare-lives

compare_lives() {
	run_was 0 && "$lives" run truth
}

run_truth -- traits "$tiny"
check "exit codes, signals, arguments, directories, users" compare_lives
check "they verify" "$iotap_show" --verify run

run_truth -- many 20000 "$tiny"
check "20,000 short processes" compare_lives
check "they verify" "$iotap_show" --verify run
finish
