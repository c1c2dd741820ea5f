#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --raw gives back exactly what was captured, --verify finds every difference.
. "${IOTAP_SOURCE:?}/tests/lib.sh"

make_run=$IOTAP_BUILD/tests/prog/make-run
"$make_run" job job || exit 99

raw() {
	"$iotap_show" --raw "$@" job >got
	is "raw $*: status" 0 $?
}

raw --stream=1
same "one stream is its file" job/100-job.sh.stdout got
raw --stream=fd5.received
same "bytes of any value" job/101-curl.fd5.received got
raw --stream=fd5.received --ansi=strip
same "--ansi changes nothing in a pipe" job/101-curl.fd5.received got
raw --stream=6
printf 'one\ntwo\n' >wanted
same "chunks that came in another order" wanted got
raw --stream=5
printf 'a\nb\n' >wanted
same "lost bytes are left out" wanted got
raw -p 100
printf 'helwarnlo\nworld\ning\ntail' >wanted
same "several streams stand in order of time" wanted got
raw -p 1
same "nothing selected, nothing shown" /dev/null got

"$make_run" big big 20000 1000 7 || exit 99
for i in 1 7; do
	"$iotap_show" --raw --stream=$i big >got
	same "a stream of several megabytes ($i)" "big/$((99 + i))-big.stdout" got
done
is "all of many streams" 20000000 "$("$iotap_show" --raw big | wc -c)"

# verify STATUS WANTED NAME [DIR]: what it prints
verify() {
	status_of "$1" "$3" "$iotap_show" --verify "${4:-copy}"
	like "$3: message" "$2" "$(cat stdout)"
	is "$3: nothing on stderr" "" "$(cat stderr)"
}

fresh() {
	rm -rf copy
	cp -a "$1" copy
}

verify 0 "verified 7 streams, 20000000 bytes" "a run that is whole" big
verify 0 "verified 6 streams, 81 bytes
incomplete: bytes were lost because the ring was full" "a run that lost bytes" job
"$make_run" unfinished unfinished || exit 99
verify 0 "verified 2 streams, 23 bytes
incomplete: the run is still going on, or its recorder was killed" "a run that was not finished" unfinished

fresh job
printf X | dd of=copy/100-job.sh.stdout bs=1 seek=3 conv=notrunc status=none
verify 1 "100-job.sh.stdout: its SHA-256 is not the one in the index*" "one byte changed"
fresh job
truncate -s 15 copy/100-job.sh.stdout
verify 1 "100-job.sh.stdout: 1 bytes at its end are missing*" "one byte cut off"
fresh job
printf X >>copy/100-job.sh.stdout
verify 1 "100-job.sh.stdout: 1 bytes at its end are not in the index*" "one byte added"
fresh job
rm copy/100-job.sh.stdout
verify 1 "100-job.sh.stdout cannot be read: No such file or directory*" "a file that is gone"
fresh job
: >"copy/$(printf 'evil\33[2J')"
verify 1 'evil\\x1b\[2J belongs to no stream*' "a file too many"
fresh job
printf X | dd of=copy/index/timeline bs=1 seek=60 conv=notrunc status=none
verify 1 "*index/timeline*" "a byte of the time line changed"
is "a difference in one of two directories" 1 \
	"$("$iotap_show" --verify big copy >stdout 2>&1; echo $?)"
like "each under its name" "big:
verified 7 streams, 20000000 bytes

copy:
*" "$(cat stdout)"

finish
