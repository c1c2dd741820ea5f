#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# When the run ends: with the tree, with the command, or by a signal after the command's end.

. "${IOTAP_SOURCE:?}/tests/lib.sh"
require_bpf
mkfifo line hold

# fact KEY: of run.json
fact() {
	python3 -c 'import json, sys; print(json.load(open("run/run.json"))[sys.argv[1]])' "$1"
}

# The command ends at once, its child waits for a word and then writes.
job='(read -r _ <hold; echo late) & echo early; exit 7'

"$iotap_run" -o run sh -c "$job" >out 2>stderr &
front=$!
# A word can be written only when the child reads; the command has ended or is about to.
echo >hold
wait "$front"
is "tree: the command's status" 7 $?
is "tree: all was captured" "early late" "$(cat run/*.stdout | xargs)"
is "tree: the run is complete" True "$(fact complete)"
is "tree: silence" "" "$(cat stderr)"

rm -rf run
"$iotap_run" --wait=root -o run sh -c "$job" >out 2>stderr
is "root: the command's status" 7 $?
is "root: the run is over" finished "$(fact state)"
is "root: captured until then" early "$(cat run/*.stdout)"
is "root: silence" "" "$(cat stderr)"
echo >hold

# A signal after the command's end: the capture ends, the rest of the tree does not.
for signal in TERM INT HUP QUIT; do
	rm -rf run
	# The shell has its background jobs ignore INT and QUIT.
	env --default-signal=INT,QUIT \
		"$iotap_run" -o run sh -c "echo \$\$ >line; (read -r _ <hold; echo alive >line) & exit 7" \
		2>stderr &
	front=$!
	read -r command <line
	# Until iotap-run has reaped it, the command has an entry in /proc.
	while [ -e "/proc/$command" ]; do :; done
	kill -s "$signal" "$front"
	wait "$front"
	is "$signal after the command's end: its status" 7 $?
	is "$signal after the command's end: the run is over" finished "$(fact state)"
	like "$signal after the command's end: the words" \
		"iotap-run: the command has ended, and the capture ends now: *" "$(head -n 1 stderr)"
	echo >hold
	read -r word <line
	is "$signal after the command's end: the rest runs on" alive "$word"
done

# An ignored one does not.
rm -rf run
(trap '' HUP && exec "$iotap_run" -o run sh -c "echo \$\$ >line; (read -r _ <hold; echo late) &" >out) &
front=$!
read -r command <line
while [ -e "/proc/$command" ]; do :; done
kill -s HUP "$front"
echo >hold
wait "$front"
is "an ignored HUP after the command's end: its status" 0 $?
is "an ignored HUP after the command's end: all was captured" late "$(grep -h late run/*.stdout)"

# The front is killed: the job goes on, and the recorder finishes the run.
rm -rf run
"$iotap_run" -o run sh -c 'echo >line; read -r _ <hold; echo after; echo >line' \
	>out 2>stderr &
front=$!
read -r _ <line
kill -s KILL "$front"
wait "$front" 2>/dev/null
is "front killed: status" 137 $?
echo >hold
read -r _ <line
# The recorder holds the lock until it has finished.
check "front killed: the recorder ends" timeout 60 flock run true
is "front killed: the run is finished" finished "$(fact state)"
is "front killed: all was captured" after "$(grep -h . run/*.stdout)"
is "front killed: complete" True "$(fact complete)"

# The recorder is killed: the job goes on, and its status comes through.
recorder_of() {
	pgrep -P "$1" -x iotap-recorder
}
for strict in "" --strict; do
	rm -rf run
	# shellcheck disable=SC2086,SC2016
	"$iotap_run" $strict -o run sh -c 'echo >line; read -r word <hold; exit $word' 2>stderr &
	front=$!
	read -r _ <line
	kill -s KILL "$(recorder_of "$front")"
	# Its death is told before the command ends.
	while [ ! -s stderr ]; do :; done
	echo 0 >hold
	wait "$front"
	is "recorder killed: status ${strict:-as is}" $((${#strict} ? 125 : 0)) $?
	is "recorder killed: the words" "iotap-run: the recorder died: the command runs on, and what it \
writes from now on is not captured" "$(cat stderr)"
	is "recorder killed: the run is not finished" running "$(fact state)"
done

# The same when the command has ended: nothing is left to wait for.
rm -rf run
"$iotap_run" -o run sh -c "echo \$\$ >line; (read -r _ <hold) & exit 7" 2>stderr &
front=$!
read -r command <line
while [ -e "/proc/$command" ]; do :; done
kill -s KILL "$(recorder_of "$front")"
wait "$front"
is "recorder killed after the command's end: its status" 7 $?
is "recorder killed after the command's end: the words" "iotap-run: the recorder died: processes \
that the command left behind run on, and are not captured any more" "$(cat stderr)"
echo >hold

finish
