#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The run directory: its name, what becomes of an earlier one, what is refused.

. "${IOTAP_SOURCE:?}/tests/lib.sh"

mkdir place && cd place || exit 99

# refused NAME PATTERN ARG...: status 125, one line, the command has not run
refused() {
	local name=$1 pattern=$2
	shift 2
	"$iotap_run" "$@" touch "$tmp/ran" 2>"$tmp/stderr"
	is "$name: status" 125 $?
	like "$name: words" "iotap-run: $pattern" "$(cat "$tmp/stderr")"
	is "$name: one line" 1 "$(wc -l <"$tmp/stderr")"
	check "$name: nothing ran" [ ! -e "$tmp/ran" ]
}

refused "unknown word" \
	"unknown word '{day}' in --output: known are {date} {time} {pid} {command} {user} {host}, *" \
	-o 'a-{day}'
refused "brace that is not closed" "unknown word '{date' in --output*" -o 'a-{date'
refused "empty word" "unknown word '{}' in --output*" -o '{}'
refused "missing parent" \
	"cannot make 'no/such/dir': there is no directory 'no/such': make that first" -o no/such/dir
is "nothing was made" "" "$(ls -A)"

mkdir other && touch other/letter
refused "a directory with other things" \
	"'other' holds other things ('letter'): choose another directory with --output" \
	-o other
is "other things are untouched" letter "$(ls -A other)"
rm -r other

mkdir other other/run.json
refused "a directory named run.json" "'other' holds other things*" -o other
rm -r other

ln -s nowhere other
refused "a symbolic link" "'other' is there and is not a directory*--output" -o other
rm other
touch other
refused "a file" "'other' is there and is not a directory*--output" -o other
refused "a file as parent" "cannot make 'other/dir': Not a directory*" -o other/dir
rm other

mkdir busy && echo '{}' >busy/run.json
exec 7<busy
flock -x 7
refused "a run that is still going" \
	"the run in 'busy' is still going: choose another directory with --output" -o busy
exec 7<&-
is "it was not moved" busy "$(ls)"
mkdir busy.1 && touch busy.1/letter
refused "something else in the way" \
	"cannot move 'busy' aside: 'busy.1' is in the way and is not a run directory: move it away" \
	-o busy
is "nothing was moved" "busy busy.1" "$(echo *)"
rm -r busy busy.1

require_root
if command -v setpriv >/dev/null; then
	mkdir -m 0555 closed
	chmod 0755 "$tmp"
	# Root without the capabilities that let root write anywhere.
	setpriv --reuid=65534 --clear-groups "$iotap_run" -o closed/run true 2>stderr
	is "not writable: status" 125 $?
	like "not writable: words" \
		"iotap-run: cannot make 'closed/run': Permission denied: choose another place*" \
		"$(cat stderr)"
	rm -r closed stderr
else
	skip "not writable" "setpriv is not installed"
fi

require_bpf

# The plain case, and everything about the directory itself.
(umask 0777 && exec "$iotap_run" -o run true) 2>"$tmp/stderr"
is "a run: status" 0 $?
is "a run: silence" "" "$(cat "$tmp/stderr")"
is "a run: mode" 700 "$(stat -c %a run)"
check "a run: run.json" [ -f run/run.json ]
is "a run: modes of its files" 600 "$(find run -type f -exec stat -c %a {} + | sort -u)"

first=$(stat -c %i run)
"$iotap_run" -o run/ true
is "a second one: status" 0 $?
is "the first one is moved to .1" "$first" "$(stat -c %i run.1)"
second=$(stat -c %i run)
"$iotap_run" -o ./run true
is "a third one: status" 0 $?
is "the first one is moved to .2" "$first" "$(stat -c %i run.2)"
is "the second one is moved to .1" "$second" "$(stat -c %i run.1)"
rm -r run.1
"$iotap_run" -o "$PWD/run" true
is "into a gap: status" 0 $?
is "behind the gap nothing moves" "$first" "$(stat -c %i run.2)"
is "no others" "run run.1 run.2" "$(echo *)"
rm -r run*

mkdir -m 0755 empty
"$iotap_run" -o empty true
is "an empty directory is used: status" 0 $?
is "an empty directory is used: its mode stays" 755 "$(stat -c %a empty)"
is "an empty directory is used: no others" empty "$(echo *)"
rm -r empty

"$iotap_run" true
is "default name: status" 0 $?
like "default name" \
	"iotap-true-20[0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9][0-5][0-9][0-6][0-9]-[1-9]*" "$(echo *)"
rm -r iotap-*

"$iotap_run" -o '{{x}-{user}-{host}-{command}-%d' /bin/true
is "words: status" 0 $?
is "words" "{x}-$(id -un)-$(uname -n)-true-%d" "$(echo *)"
rm -r -- *
# shellcheck disable=SC2016
"$iotap_run" -o '{pid}' sh -c 'echo $PPID >pid'
is "{pid} is iotap-run's: status" 0 $?
check "{pid} is iotap-run's" [ -d "$(cat pid)" ]
rm -r -- *
cp "$(type -P true)" 'a:b'
"$iotap_run" -o '{command}' './a:b'
is "no colons from a command: status" 0 $?
check "no colons from a command" [ -d a_b ]
rm -r -- *

# While a run is going nobody else takes its directory; when it is over anybody may.
mkfifo hold
"$iotap_run" -o run sh -c 'echo >hold; read -r _ <hold' &
running=$!
read -r _ <hold
refused "our own run that is still going" "the run in 'run' is still going: *" -o run
echo >hold
wait "$running"
is "the run that was going" 0 $?
"$iotap_run" -o run true
is "and then it may be moved" 0 $?
rm -r -- *

env SUDO_UID=65534 SUDO_GID=65533 "$iotap_run" -o run echo text >/dev/null
is "under sudo: status" 0 $?
is "under sudo: one owner of all" 65534:65533 "$(find run -exec stat -c %u:%g {} + | sort -u)"
check "under sudo: the stream" [ -s run/*-echo.stdout ]
rm -r run

finish
