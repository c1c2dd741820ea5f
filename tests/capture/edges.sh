#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Calls that move less than they ask for or nothing, memory that is not there, descriptors that change hands.
# In: the programs edge, fresh, turns. Out: TAP.

# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/capture/lib.sh
. "$IOTAP_SOURCE/tests/capture/lib.sh"
require_bpf

for case in eagain eagain-socket epipe efault interrupted peek trunc thrown-away \
	dontwait zero; do
	truth_of "$case" -- edge "$case"
done

truth_of "string constants of 1000 forked children to /dev/null" -- \
	onto 1 null fresh constant 1000
truth_of "anonymous memory that nobody touched to /dev/null" -- onto 1 null fresh anonymous
truth_of "a file mapping that nobody touched to /dev/null" -- onto 1 null fresh file

# Bytes that the device took and nobody can read: a hole of known size in a known place.
run_truth -- onto 1 null edge fault-null
is "a buffer that ends in nothing: status" 0 "$run_status"
is "a buffer that ends in nothing: one line on stderr" 1 "$(wc -l <run.err)"
check "a buffer that ends in nothing: all but a hole" "$compare" --lossy run truth
is "a buffer that ends in nothing: the hole" "50 50 fault" \
	"$("$iotap_show" --holes --json run | jq -r '"\(.offset) \(.length) \(.cause)"')"

# Pages that nobody brings are not waited for.
run_truth -- onto 1 null timeout 20 absent
is "pages of a userfaultfd: status" 0 "$run_status"
check "pages of a userfaultfd: all but a hole" "$compare" --lossy run truth
is "pages of a userfaultfd: the hole" "4096 12288 fault" \
	"$("$iotap_show" --holes --json run | jq -r '"\(.offset) \(.length) \(.cause)"')"

# A real-time writer does not wait for a reader that it outranks.
# shellcheck disable=SC2016
run_truth -- chrt -f 10 sh -c 'echo before; exec echo after'
check "a real-time writer" run_was 0

# Content that is lost the moment it comes: the length is right all the same.
run_truth -- edge overwritten
check "iovecs that were overwritten: all but a hole" "$compare" --lossy run truth
is "iovecs that were overwritten: the hole" "0 900" \
	"$("$iotap_show" --holes --json run | jq -r '"\(.offset) \(.length)"')"

# file_ids FD: of its streams that have bytes, in order of generation
file_ids() {
	"$iotap_show" --streams --json run |
		jq -s -r --argjson fd "$1" \
			'map(select(.fd == $fd and .length > 0)) | sort_by(.generation)[].file_id'
}

truth_of "2>&1: two streams" -- onto 1 null turns both
is "2>&1: one file_id" "$(file_ids 1)" "$(file_ids 2)"
like "2>&1: a file_id is a number" '[1-9]*' "$(file_ids 1)"
truth_of "dup2 over fd 1" -- onto 1 null turns dup
mapfile -t ids < <(file_ids 1)
is "dup2 over fd 1: four generations" 4 "${#ids[@]}"
is "dup2 over fd 1: the first file is back" "${ids[0]}" "${ids[2]}"
is "dup2 over fd 1: the second file is back" "${ids[1]}" "${ids[3]}"
is "dup2 over fd 1: they are two" 2 "$(file_ids 1 | sort -u | wc -l)"
rm -f a b
truth_of "close and open again" -- onto 1 null turns again
is "close and open again: ten generations" 10 "$(file_ids 1 | wc -l)"
is "close and open again: ten open files" 10 "$(file_ids 1 | sort -u | wc -l)"
is "close and open again: ten stream files" 10 "$(find run -name '*.stdout' | wc -l)"
truth_of "exec keeps a stream together" -- onto 1 null turns exec
is "exec keeps a stream together: one stream" 1 "$(file_ids 1 | wc -l)"
truth_of "a descriptor that came over a socket" -- onto 1 null turns passed
truth_of "sixty connections under the same numbers" -- turns connections
truth_of "another process changes fd 1" -- onto 1 null turns by-another
truth_of "closed by exec, then opened" -- onto 1 null turns cloexec

# What is noticed and not decoded: the run is not complete, and says so.
for way in uring sqpoll aio int80; do
	run_truth -- unseen "$way"
	if [ "$run_status" = 77 ]; then
		skip "unseen: $way" "this kernel does not have it"
		continue
	fi
	is "unseen: $way: the status" 0 "$run_status"
	is "unseen: $way: not complete" false "$(jq .complete run/run.json)"
	like "unseen: $way: one line says so" "*the capture is not complete (*calls moved bytes*" "$(cat run.err)"
done

# A task that waited, or lost its CPU, between two calls: the second began when it began.
# shellcheck disable=SC2016
run_truth --buffer=1M -- sh -c 'python3 -c "
import os, time
os.write(2, bytes(64 << 20))
end = time.time() + 2
while time.time() < end:
    pass
os.write(1, b\"after\\n\")" 2>/dev/null | cat &
	for i in 1 2 3 4 5 6 7 8; do
		sleep 0.1
		echo before
	done
	wait'
is "a wait after the call is not of the next: the log" "before after after" \
	"$("$iotap_show" run | grep -aoE 'stdout: (before|after)$' | cut -d" " -f2 | sed '2,8d' | xargs)"
finish
