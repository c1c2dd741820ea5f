#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The command's descriptors are exactly those that it would have without iotap-run.

. "${IOTAP_SOURCE:?}/tests/lib.sh"
require_bpf

# Reports the descriptors of a shell that has opened none itself: what they point at, their
# flags and positions. Each file is opened in a child of the shell only, which a subshell forces.
# shellcheck disable=SC2016
report='(exec ls -l --time-style=+ /proc/$$/fd >"$0.links")
(cd /proc/$$/fdinfo && head -n 99 [0-9]*) >"$0.info"
:'

# alike NAME: as the caller's stdio is, with and without
alike() {
	sh -c "$report" "$tmp/without"
	rm -rf "$tmp/run"
	"$iotap_run" -o "$tmp/run" sh -c "$report" "$tmp/with"
	echo "$? $1" >&9
}

# compare NAME: what alike has left
compare() {
	is "$1: status" "0 $1" "$(cat result)"
	same "$1: what they point at" without.links with.links
	same "$1: flags and positions" without.info with.info
	check "$1: the report is one" grep -q '^flags:' with.info
	rm -f without.* with.* result
}

echo 0123456789 >input
exec 9>result
{ alike files; } <input >output 2>errors 9>result
compare files
{
	read -r -n 3 _
	echo some
	alike "files, half read"
} <input >>output 2>errors 9>result
compare "files, half read"
: | { alike pipes 2>&1; } 9>result | cat
compare pipes
{ alike "one for all"; } <>input >&0 2>&0 9>result
compare "one for all"
{ alike "more than three"; } 5<input 17>output 9>result
compare "more than three"

for closed in 0 1 2 "0 1" "0 2" "1 2" "0 1 2"; do
	(
		exec 9>result
		for fd in $closed; do
			eval "exec $fd>&-"
		done
		alike "closed: $closed"
	)
	compare "closed: $closed"
done

check "a terminal" python3 "$IOTAP_SOURCE/tests/cli/terminal.py" output "$tmp/terminal" \
	sh -c "exec 9>result; $(declare -f alike)
		tmp=$tmp iotap_run=$iotap_run report='$report'; alike terminal"
compare terminal
rm -rf run
check "isatty" python3 "$IOTAP_SOURCE/tests/cli/terminal.py" output "$tmp/terminal" \
	"$iotap_run" -o run sh -c 'test -t 0 && test -t 1 && test -t 2'

# With stderr closed, nothing of ours lands in the first file that the job opens.
rm -rf run
(
	exec 2>&-
	exec "$iotap_run" -v -o run sh -c 'exec 2>theirs; echo mine >&2'
)
is "stderr closed: status" 0 $?
is "stderr closed: no word of ours in the job's file" mine "$(cat theirs)"

# A reader that goes away is the command's affair: SIGPIPE reaches it, and iotap-run ends as it.
rm -rf run
"$iotap_run" -o run -- yes | head -n 1 >first
is "yes | head: the statuses" "141 0" "${PIPESTATUS[*]}"
is "yes | head: the line" y "$(cat first)"

# A writer that goes away: the front holds no end of the job's pipe open.
rm -rf run
mkfifo line
"$iotap_run" -o run sh -c 'exec >&-; read -r _ <line' | cat >seen &
reader=$!
# cat can only end when the front, too, has let go of its standard output.
check "the pipe ends when the command closes it" \
	timeout 60 sh -c "while [ -e /proc/$reader/exe ]; do :; done"
echo >line
wait "$reader"

# The front does not hold what the command has inherited and closed either.
rm -rf run
mkfifo extra
cat extra >seen &
reader=$!
"$iotap_run" -o run sh -c 'exec 7>&-; read -r _ <line' 7>extra &
running=$!
check "fd 7 ends when the command closes it" timeout 60 tail -f --pid="$reader" /dev/null
echo >line
wait "$running"
is "and the command's status" 0 $?

finish
