#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line of iotap-show: statuses, sentences, --help, and an output that fails.
. "${IOTAP_SOURCE:?}/tests/lib.sh"

make_run=$IOTAP_BUILD/tests/prog/make-run
"$make_run" job job || exit 99
"$make_run" big big 20000 100 1 || exit 99

# refused NAME SENTENCE WORD...
refused() {
	local name=$1 sentence=$2
	shift 2
	status_of 2 "$name" "$iotap_show" "$@"
	is "$name: message" "iotap-show: $sentence" "$(cat stderr)"
	is "$name: no output" "" "$(cat stdout)"
}

refused "no directory" "no run directory given: name one, or see --help"
refused "an unknown option" "unknown option --wrong: see --help" --wrong job
refused "two lists" "only one of --streams, --processes, --holes, --timeline, --summary, --raw and --verify can be shown: choose one" --streams --raw job
refused "two directories for the log" "the log shows one run directory at a time: name only one" job big
refused "two directories for --raw" "--raw shows one run directory at a time: name only one" --raw job big
refused "--raw as JSON" "--raw has no JSON form: leave out --json" --raw --json job
refused "--verify as JSON" "--verify has no JSON form: leave out --json" --verify --json job
refused "a format" "--format does not know 'xml': it is text or json" --format=xml job
refused "a prefix" "--prefix does not know 'colour': it is none or a list of time, pid, comm, stream" --prefix=time,colour job
refused "a time" "--time does not know 'noon': it is clock, iso, unix, relative or a strftime format such as %H:%M" -t noon job
refused "a way with control characters" "--ansi does not know 'eat': it is strip, escape or keep" --ansi=eat job
refused "a pid" "--pid: '12x' is not a process id: see --processes" -p 12x job
refused "an empty pid" "--pid: an entry of the list is empty" -p 12, job
refused "a kind" "--kind does not know 'fifo': it is a list of tty, pipe, file, char, block, socket, other" --kind=pipe,fifo job
refused "an escape sequence in an option" 'unknown option --\x1b[2J: see --help' "$(printf -- '--\33[2J')" job

status_of 0 "--help" "$iotap_show" --help
is "--help fits the screen" "" "$(awk 'length > 79 || NR > 24' stdout)"
like "--help says how to call it" "Usage: iotap-show [[]OPTION]... DIR...*" "$(cat stdout)"
status_of 0 "--version" "$iotap_show" --version
like "--version" "iotap-show [0-9]*" "$(cat stdout)"
status_of 0 "-h" "$iotap_show" -h job --streams
status_of 0 "-V" "$iotap_show" -V

mv job ./--odd
status_of 0 "a directory behind --" "$iotap_show" --streams -- --odd
is "a directory behind --: it is shown" 7 "$(wc -l <stdout)"
mv ./--odd job

# Output that is not taken.
for list in prefix=none raw streams processes holes timeline summary json; do
	"$iotap_show" "--$list" big >/dev/full 2>stderr
	is "--$list to a full disk: status" 2 $?
	is "--$list to a full disk: message" \
		"iotap-show: standard output does not take any more: No space left on device" \
		"$(cat stderr)"
done
"$iotap_show" --help >/dev/full 2>stderr
is "--help to a full disk" 2 $?
"$iotap_show" big >&- 2>stderr
is "a closed standard output" 2 $?

# A reader that goes away: killed by SIGPIPE, or quiet where that is ignored.
{
	"$iotap_show" big 2>stderr
	echo $? >status
} | head -n 1 >/dev/null
is "a reader that goes away: SIGPIPE" 141 "$(cat status)"
is "a reader that goes away: no message" "" "$(cat stderr)"
(
	trap '' PIPE
	{
		"$iotap_show" big 2>stderr
		echo $? >status
	} | head -n 1 >/dev/null
)
is "a reader that goes away, SIGPIPE ignored: status" 0 "$(cat status)"
is "a reader that goes away, SIGPIPE ignored: no message" "" "$(cat stderr)"

finish
