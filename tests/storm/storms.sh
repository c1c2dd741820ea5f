#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Very many processes, streams, threads and execs: each has its record and its bytes, nothing is lost, and the
# recorder stays small. In: the programs storm, many, tiny; with IOTAP_LONG=1 (`make check-long`) the full numbers.
# Out: TAP.

# shellcheck disable=SC2317 # check calls the functions

# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/capture/lib.sh
. "$IOTAP_SOURCE/tests/capture/lib.sh"
require_bpf

lives=$IOTAP_SOURCE/tests/capture/compare-lives
if [ -n "${IOTAP_LONG:-}" ]; then
	short=100000 alive=10000 holders=50 turns=50
else
	# tests/capture/lives.sh has 20,000 short ones.
	short=0 alive=1000 holders=5 turns=5
fi
pairs=500 threads=1000 execs=1000

lived() {
	run_was 0 && "$lives" run truth && "$iotap_show" --verify run
}

if [ $short -gt 0 ]; then
	run_truth -- many $short "$IOTAP_BUILD/tests/prog/tiny"
	check "$short short processes" lived
fi

run_truth -- storm alive $alive
check "$alive processes alive at once" lived

# streams_are KIND WANTED: one stream with a number above 2 for each line of WANTED, which is all that is in it
streams_are() {
	run_was 0 || return
	"$iotap_show" --streams --json run |
		jq -r --arg kind "$1" 'select(.kind == $kind and .fd > 2 and .direction == "out") | .file' >files
	[ "$(wc -l <files)" = "$(wc -l <"$2")" ] || {
		echo "$(wc -l <files) streams, wanted $(wc -l <"$2")"
		return 1
	}
	(cd run && xargs cat) <files | sort | cmp - <(sort "$2") || return
	[ "$(jq .complete run/run.json)" = true ] && "$iotap_show" --verify run
}

for ((i = 0; i < threads; i++)); do
	for ((j = 0; j < turns; j++)); do
		echo "thread $i turn $j"
	done
done >wanted
run_truth -e all -- storm threads $threads $turns
check "$threads threads that open, write, close: each open file is a stream" streams_are char wanted

for ((i = 0; i <= execs; i++)); do
	echo "exec $i"
done >wanted
run_truth -e all -- storm execs $execs
check "$execs execs: what exec closes are streams of their own" streams_are char wanted
check "$execs execs: one process, one stdout" cmp wanted run/*-storm.stdout
is "$execs execs: one process" 1 "$("$iotap_show" --processes --json run | wc -l)"

# --- the recorder's memory while all streams are open ---

# resident PID: the most that it ever had, without the rings, in KiB
resident() {
	awk '/^[0-9a-f]+-[0-9a-f]+ / { ring = /bpf-map/ } /^Rss:/ && ring { rings += $2 }
		/^VmHWM:/ { most = $2 } END { print most - rings }' "/proc/$1/status" "/proc/$1/smaps"
}

# maps PID: bytes of its BPF maps, without the data ring
maps() {
	cat /proc/"$1"/fdinfo/* 2>/dev/null | awk '
		/^map_type:/ { type = $2 } /^memlock:/ { bytes = $2 }
		/^map_id:/ && !seen[$2]++ { sum += bytes; if (type == 27 && bytes > most) most = bytes }
		END { print sum - most }'
}

measure() {
	recorder=$(pgrep -P "$job" -x iotap-recorder)
	resident_kib=$(resident "$recorder")
	maps_bytes=$(maps "$recorder")
}

rm -rf run truth
mkdir truth
mkfifo all-there all-gone never
count=$((holders * pairs * 2))
"$iotap_run" -o run -- storm streams $holders $pairs all-there all-gone >run.out 2>run.err </dev/null &
job=$!
exec 8>all-there
# Each has a file as soon as the recorder has seen it.
until [ "$(find run -name '*.fd*' | wc -l)" -ge $count ]; do
	read -r -t 0.05 _ <>never
done
measure
before=$resident_kib
exec 8>&-
exec 8>all-gone
measure
exec 8>&-
wait $job
run_status=$?
check "$count streams open at once: what moved is what was captured" compare_run
diag "figure: $count streams: $before KiB resident, $resident_kib KiB at their end; maps $maps_bytes bytes"
check "$count streams: at most 64 MiB of maps" test "$maps_bytes" -le $((64 << 20))
check "$count streams: at most 24 MiB resident beside the ring" test "$resident_kib" -le 24576
finish
