#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Writers that wait for room, and what may happen to them meanwhile: they are killed, or stopped, or the reader stands
# still for good. In: the programs steady, faultfs. Out: TAP.

[ "$(id -u)" != 0 ] || [ -n "${IOTAP_OWN_MOUNTS:-}" ] ||
	IOTAP_OWN_MOUNTS=1 exec unshare -m -- "$BASH" "$0" "$@"
# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/broken/lib.sh
. "$IOTAP_SOURCE/tests/broken/lib.sh"
require_bpf

name="killed while it waits, many calls"
waiting "$name" <<'END'
kill -STOP "$recorder"
steady processes "$PWD/own" 1 100 64K 1 0 &
until_size own/0 1048576
die $!
kill -CONT "$recorder"
END
check "$name: one line" one_line 'iotap-run: *bytes lost: killed)*'
check "$name: the sum holds" compare_as --lossy killed

name="killed while it waits, one call of 256 MiB"
waiting "$name" <<'END'
kill -STOP "$recorder"
steady processes "$PWD/own" 1 1 256M 1 0 &
until_size own/0 $((256 << 20))
die $!
kill -CONT "$recorder"
END
check "$name: one line" one_line 'iotap-run: *bytes lost: killed)*'
check "$name: the sum holds" compare_as --lossy killed

name="a process of eight threads killed while they wait"
waiting "$name" <<'END'
kill -STOP "$recorder"
steady threads "$PWD/own" 8 1 4M 1 0 &
until_size own/0 $((32 << 20))
die $!
kill -CONT "$recorder"
END
check "$name: one line" one_line 'iotap-run: *bytes lost: killed)*'
is "$name: the sum holds" $((32 << 20)) "$("$iotap_show" --json --streams run |
	jq 'select(.name | endswith("/own/0")) | .captured + .lost')"

# The kernel itself stops in the middle: what it took is what is there.
name="killed in the middle of the call"
waiting "$name" <<'END'
steady processes "$PWD/own" 1 1 512M 1 0 &
until_size own/0 1
die $!
END
loss=()
[ ! -s run.err ] || loss=(--lossy killed)
check "$name: the sum holds" compare_as "${loss[@]}"

name="stopped and continued in the middle of writes"
waiting "$name" <<'END'
steady processes "$PWD/own" 1 4000 '~64K' 1 7 &
for i in {1..30}; do
	size=$(size_of own/0)
	kill -STOP $! || break
	kill -CONT $!
	until [ "$(size_of own/0)" != "$size" ]; do kill -0 $! || break 2; done
done 2>/dev/null
wait $!
[ $? = 7 ] || echo "its status is another" >&2
END
check "$name: nothing is said" test ! -s run.err
check "$name: nothing is lost" compare_as

name="stopped while it waits"
waiting "$name" <<'END'
kill -STOP "$recorder"
steady processes "$PWD/own" 1 100 64K 1 7 &
until_size own/0 1048576
kill -STOP $!
kill -CONT "$recorder"
# It leaves its wait, stops, and is told to go on only then.
until grep -q '^State:.T' /proc/$!/status; do read -r -t 0.01 _ <>never; done
kill -CONT $!
wait $!
[ $? = 7 ] || echo "its status is another" >&2
END
check "$name: nothing is said" test ! -s run.err
check "$name: nothing is lost" compare_as

name="a reader that stands still for good"
waiting "$name" <<'END'
mkdir own/a own/b
kill -STOP "$recorder"
SECONDS=0
steady processes "$PWD/own/a" 1 100 64K 1 0
[ $SECONDS -ge 9 ] || echo "the writer waited only $SECONDS s" >&2
[ $SECONDS -lt 20 ] || echo "the writer waited $SECONDS s" >&2
kill -CONT "$recorder"
steady processes "$PWD/own/b" 1 4000 64K 2 0
END
check "$name: one line" one_line 'iotap-run: *bytes lost: stalled)*'
check "$name: the sums hold" compare_as --lossy stalled
check "$name: capturing goes on" jq -e -s \
	'map(select(.name | endswith("/own/b/0")))[0] | .lost < .length / 2' \
	<("$iotap_show" --json --streams run)
check "$name: the time is told" jq -e -s 'map(.waited_ns) | max > 9e9' \
	<("$iotap_show" --json --processes run)

# A writer that the scheduler prefers to the reader, on the reader's own CPU.
name="a SCHED_FIFO writer on the reader's CPU"
waiting "$name" <<'END'
taskset -p -c 0 "$recorder" >/dev/null
chrt -f 50 taskset -c 0 steady processes "$PWD/own" 1 400 64K 1 7
[ $? = 7 ] || echo "its status is another" >&2
END
loss=()
[ ! -s run.err ] || loss=(--lossy "stalled,ring-full")
check "$name: all is accounted for" compare_as "${loss[@]}"

if [ -x "$prog/faultfs" ] && [ -c /dev/fuse ]; then
	faultfs_start
	output=disk/run
	name="killed while a disk stands still"
	fault stall 20
	waiting "$name" <<'END'
steady processes "$PWD/own" 1 1 256M 1 0 &
echo await >disk/.control
until_size own/0 $((256 << 20))
die $!
echo clear >disk/.control
END
	check "$name: one line" one_line 'iotap-run: *bytes lost: killed)*'
	check "$name: the sum holds" compare_as --lossy killed
	faultfs_stop
else
	skip "killed while a disk stands still" "built without fuse3, or no /dev/fuse"
fi
figures "writers killed, stopped, and never let go"
finish
