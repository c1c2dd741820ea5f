#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Front and recorder killed by SIGKILL at moments that the job's progress or the recorder's defines: the job
# notices nothing, the run directory reads back, nothing remains. In: the programs steady, faultfs. Out: TAP.

[ "$(id -u)" != 0 ] || [ -n "${IOTAP_OWN_MOUNTS:-}" ] ||
	IOTAP_OWN_MOUNTS=1 exec unshare -m -- "$BASH" "$0" "$@"
# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/broken/lib.sh
. "$IOTAP_SOURCE/tests/broken/lib.sh"
require_bpf

for seed in 1 2 3; do
	for whom in front recorder both; do
		killed_by_job "$whom" "$seed"
	done
done
killed_by_job recorder 4 --strict
killed_while_writing
figures "front and recorder killed by the job"

if [ -x "$prog/faultfs" ] && [ -c /dev/fuse ]; then
	faultfs_start
	# How many writes the recorder makes when nobody kills it.
	kill_in_write nobody 1000000000
	writes=$(cut -d' ' -f1 disk/.control)
	# The headers of the index and run.json are the first four.
	for n in 5 6 7 $((writes / 20)) $((writes / 10)) $((writes / 6)) $((writes / 3)); do
		kill_in_write recorder "$n"
	done
	kill_in_write both $((writes / 5))
	kill_in_write both $((writes / 4))
	for end in index/timeline index/streams index/processes; do
		kill_in_write recorder 2 "$end"
	done
	kill_in_write recorder 1 run.json.new
	kill_before_the_job 0
	kill_before_the_job 3
	kill_before_the_job 4
	faultfs_stop
	figures "front and recorder killed in the middle of a write to the disk"
else
	skip "killed in the middle of a write to the disk" "built without fuse3, or no /dev/fuse"
fi
finish
