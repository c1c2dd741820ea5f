#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Runs beside and inside of runs, and jobs that trace their own children: each run is complete and has its own
# tree. In: the programs flood, soak, put; strace, gdb, bpftool. Out: TAP.

# shellcheck disable=SC2317 # check calls the functions

# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/capture/lib.sh
. "$IOTAP_SOURCE/tests/capture/lib.sh"
require_bpf

processes() {
	"$iotap_show" --processes --json "$1" | jq -r .pid | sort
}

silent() {
	[ ! -s "$1" ] || { cat "$1"; return 1; }
}

# --- side by side, each with a ring that is always full ---

beside() {
	mkdir -p "$1/truth"
	IOTAP_TRUTH=$tmp/$1/truth "$iotap_run" --buffer=1M -o "$1/run" -- \
		onto 1 null flood 2 64K 400 >"$1/err" 2>&1 </dev/null
}
beside one &
first=$!
beside two
is "side by side: the second one's status" 0 $?
wait $first
is "side by side: the first one's status" 0 $?
for name in one two; do
	check "side by side: $name is silent" silent $name/err
	check "side by side: $name has what moved" "$compare" $name/run $name/truth
	is "side by side: $name has its three processes" 3 "$(processes $name/run | wc -l)"
done
is "side by side: no process is in both" "" "$(comm -12 <(processes one/run) <(processes two/run))"

# --- one inside the other ---

# inside "OPTION..." COMMAND...: both runs with these options
# shellcheck disable=SC2086 # they are words
inside() {
	local options=$1
	shift
	rm -rf run outer truth
	mkdir truth
	"$iotap_run" $options -o outer -- "$iotap_run" $options -o run -- "$@" \
		>run.out 2>run.err </dev/null
	run_status=$?
}

both_are_whole() {
	run_was 0 && "$compare" run truth && "$compare" outer truth
}

inside --buffer=1M onto 1 null flood 2 64K 100
check "one inside the other: both have what moved" both_are_whole
is "one inside the other: the inner run has the job" 3 "$(processes run | wc -l)"
is "one inside the other: the outer run has the inner iotap-run, too" \
	"iotap-recorder iotap-run" \
	"$(comm -23 <(processes outer) <(processes run) | while read -r pid; do
		"$iotap_show" --processes --json outer | jq -r --arg pid "$pid" 'select(.pid == ($pid | tonumber)).comm'
	done | sort | xargs)"

# What the inner recorder stores is in the outer run once, and that is the end of it.
# Not as the command itself: what iotap-run reads before the command's exec is in the outer run.
# shellcheck disable=SC2016
inside '--buffer=1M -e all' sh -c 'soak 3; exit $?'
check "one inside the other with -e all: both have what moved" both_are_whole
is "one inside the other with -e all: what the inner one stored is in the outer one" \
	"$(find run -maxdepth 1 -type f ! -name run.json -exec cat {} + | wc -c)" \
	"$("$iotap_show" --streams --json outer | jq -s --arg run "$tmp/run/" 'map(select(.comm == "iotap-recorder"
		and .direction == "out" and (.name | startswith($run))
		and (.name | test("/index/|run[.]json") | not)).length) | add')"

# The inner run ends by its own rules: its job's status passes through both.
"$iotap_run" -o outer.7 -- "$iotap_run" -o inner.7 -- sh -c 'echo out; echo err >&2; exit 7' >out 2>err
is "one inside the other: the status" 7 $?
is "one inside the other: the outputs" "out err" "$(cat out) $(cat err)"

# --- a job that traces ---

cat >job <<'END'
#!/bin/sh
put write 1 1 4097 300000
END
chmod +x job
if command -v strace >/dev/null; then
	truth_of "a job under strace" -- strace -f -o trace onto 1 pipe ./job
	like "strace saw the calls" '*300000*' "$(cat trace)"
	rm -rf run truth
	mkdir truth
	strace -f -o trace "$iotap_run" -o run -- onto 1 null ./job >run.out 2>run.err </dev/null
	run_status=$?
	check "iotap-run and its job under strace" compare_run
	# Calls that strace answers itself have moved nothing.
	run_truth -- strace -o trace -e inject=write:retval=6 sh -c 'echo hello >&3' 3>/dev/null
	is "calls that strace made up: status" 0 "$run_status"
	is "calls that strace made up are in no stream" "" \
		"$("$iotap_show" --streams --json run | jq -r 'select(.comm == "sh").name')"
else
	skip "a job under strace" "no strace"
fi
if command -v gdb >/dev/null; then
	truth_of "a job under gdb" -- gdb -nx -batch -ex 'set startup-with-shell off' -ex run \
		--args onto 1 null put write 1 1 4097 300000
else
	skip "a job under gdb" "no gdb"
fi

# Another BPF program that sees the same calls, and one that lists ours.
run_truth -- bpftool -j prog show
is "bpftool: status" 0 "$run_status"
like "bpftool sees our programs" '*on_sys_exit*' "$(cat run.out)"
same "bpftool's output is captured" run.out run/*-bpftool.stdout
finish
