#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every sort of process and thread is tapped, and the run ends when it should. In: the program tree. Out: TAP.

# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/capture/lib.sh
. "$IOTAP_SOURCE/tests/capture/lib.sh"
require_bpf

for case in fork vfork clone3 spawn threads shared exec thread-exec leader-gone; do
	truth_of "$case" -- onto 1 null tree "$case"
done
truth_of "threads on a pipe" -- onto 1 pipe tree threads
truth_of "processes that share a pipe" -- onto 1 pipe tree shared

# The command ends at once; its daemon writes afterwards.
truth_of "a daemon after the command's end" --wait=tree -- onto 1 null tree daemon
check "the run ended after the daemon" test -e daemon-end
rm -f daemon-end

# The daemon writes when we have opened the FIFO: iotap-run must be back before that.
mkfifo go
run_truth --wait=root -- onto 1 null tree daemon go
is "--wait=root: the status of the command" 0 "$run_status"
is "--wait=root: not a word" "" "$(cat run.err)"
check "--wait=root: the daemon lives on" test ! -e daemon-end
check "--wait=root: the run verifies" "$iotap_show" --verify run
is "--wait=root: it is complete" true "$(jq .complete run/run.json)"
: >go
while [ ! -e daemon-end ]; do
	read -r -t 0.01 _ <>go
done
is "--wait=root: only the command's bytes" "100" "$(cat run/*.stdout | wc -c)"
finish
