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

# The job stops the recorder itself for half a second: a writer can not end before it goes on.
cat >job <<'END'
#!/bin/bash
recorder=$(pgrep -P $PPID | grep -vx $$)
kill -STOP "$recorder"
flood 1 64K 100 >/dev/null &
read -r -t 0.5 _ <>never
kill -0 $! || echo "the writer did not wait" >&2
[ -z "$1" ] || { kill "$1" $!; wait $!; }
kill -CONT "$recorder"
wait $!
END
chmod +x job
mkfifo never
truth_of "a reader that stands still makes the writer wait" --buffer=1M -- ./job ''

# A writer that is killed while it waits is gone before the recorder goes on.
run_truth --buffer=1M -- ./job -KILL
is "a writer that is killed while it waits: the status" 137 "$run_status"
check "a writer that is killed while it waits: the run verifies" "$iotap_show" --verify run
like "a writer that is killed while it waits: the cause" killed \
	"$("$iotap_show" --holes --json run | jq -r .cause | sort -u)"

run_truth --on-full=drop --buffer=1M -- onto 1 null flood 1 64K 4096
is "--on-full=drop: the command's status" 0 "$run_status"
is "--on-full=drop: one line on stderr" 1 "$(wc -l <run.err)"
check "--on-full=drop: what is lost is in holes" "$compare" --lossy run truth
like "--on-full=drop: their cause" ring-full \
	"$("$iotap_show" --holes --json run | jq -r .cause | sort -u)"
run_truth --on-full=drop --buffer=1M --strict -- onto 1 null flood 1 64K 4096
is "--strict: a status of its own" 125 "$run_status"
finish
