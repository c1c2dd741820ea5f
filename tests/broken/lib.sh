# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# For the tests with faults: a job with known output, a disk that fails, what remains. Comes after
# tests/lib.sh. A test that mounts something first of all becomes a process with mounts of its own: what
# it mounts is gone when it ends, whatever happens.

# shellcheck disable=SC2154 # tests/lib.sh sets tmp
prog=$IOTAP_BUILD/tests/prog
compare_own=$IOTAP_SOURCE/tests/broken/compare-own
figure_runs=0 figure_compared=0 figure_lost=0 compared=0

# job PID-FILE WHOM STEADY-ARGUMENT...: what most tests run. Notes the numbers of the recorder's BPF
# objects in `ids`, then becomes `steady`, told to kill WHOM (front, recorder, both, none).
cat >job <<'END_OF_JOB'
#!/bin/bash
ulimit -f unlimited
ulimit -n 1024
front=$PPID whom=$1
shift
recorder=$(pgrep -P "$front" -x iotap-recorder)
grep -shoE '^(prog|map|link)_id:[[:space:]]*[0-9]+' /proc/"$recorder"/fdinfo/* | tr -d ':' >ids
(echo "$front $recorder" >pids)
case $whom in
front) set -- "$@" "$front" ;;
recorder) set -- "$@" "$recorder" ;;
both) set -- "$@" "$front" "$recorder" ;;
esac
exec steady "$@"
END_OF_JOB
chmod +x job
PATH=$prog:$PATH

# keep SECONDS COMMAND...: runs it with everything that comes of it; sets status; 98: something hung.
# Leaves ./kept, and the two outputs in run.out and run.err.
keep() {
	local seconds=$1
	shift
	keeper kept "$seconds" "$@" >run.out 2>run.err </dev/null
	status=$?
}

# The BPF objects of the run are gone. The kernel lets go of them after a grace period of its own.
no_bpf_left() {
	local what number tries
	[ -s ids ] || { echo "the job saw no BPF objects"; return 1; }
	while read -r what number; do
		for ((tries = 0; ; tries++)); do
			bpftool "${what%_id}" show id "$number" >left 2>/dev/null || break
			[ $tries -lt 100 ] || { cat left; return 1; }
			read -r -t 0.1 _ <>never
		done
	done <ids
}
mkfifo never

# bare STEADY-ARGUMENT...: the job without iotap; its files are in ./bare
bare() {
	local how=$1 count=$2
	shift 2
	rm -rf bare
	mkdir bare
	steady "$how" "$tmp/bare" "$count" "$@"
}

# The job's own output is what it is without iotap.
own_is_bare() {
	diff -rq own bare || return
	[ "$status" = "$1" ] && return
	echo "status $status, wanted $1"
	head -n 5 run.err
	cat kept
	return 1
}

# compare_as [OPTION]...: holds run against own and counts.
compare_as() {
	local text words
	text=$("$compare_own" --own "$tmp/own" "$@" run) || { echo "$text"; return 1; }
	read -r -a words <<<"${text##*$'\n'}"
	figure_runs=$((figure_runs + 1))
	compared=${words[3]}
	figure_compared=$((figure_compared + compared))
	figure_lost=$((figure_lost + words[5]))
}

# figures WHAT: what tests/broken/report gathers
figures() {
	diag "figure: $1: $figure_runs runs, $figure_compared bytes compared, $figure_lost bytes lost"
	figure_runs=0 figure_compared=0 figure_lost=0
}

# one_line PATTERN: iotap-run said one line like that
one_line() {
	# shellcheck disable=SC2254
	case $(cat run.err) in
	*$'\n'*) ;;
	$1) return 0 ;;
	esac
	head -n 5 run.err
	return 1
}

require_fuse() {
	[ -x "$prog/faultfs" ] || skip_all "built without fuse3"
	[ -c /dev/fuse ] || skip_all "this kernel has no FUSE"
}

# The directory `back` is shown at `disk`, where faults can be asked for: fault COMMAND
faultfs_start() {
	mkdir -p back disk
	faultfs back disk || { echo "Bail out! cannot mount"; exit 99; }
}

fault() {
	echo "$*" >disk/.control
}

faultfs_stop() {
	fault clear
	umount disk
}

# --- kills ---

may_lack=(--killed --lossy "ring-full,killed,stalled,unknown")

# The front is dead: the keeper has the status of the job, which lost its parent.
status_of_orphan() {
	local front
	front=$(cut -d' ' -f1 pids)
	awk -v front="$front" '$1 != front && $2 == 7 { print 7; exit }' kept
}

# after_kill NAME WHOM: what has to be so
after_kill() {
	local name=$1
	case $2 in
	front | both)
		is "$name: the front's end" 137 "$status"
		status=$(status_of_orphan)
		;;
	esac
	check "$name: the job's own status and output" own_is_bare 7
	case $2 in
	front | nobody) check "$name: the run is whole" compare_as ;;
	*) check "$name: what is there is right" compare_as "${may_lack[@]}" ;;
	esac
	[ "$2" != recorder ] || check "$name: one line" one_line 'iotap-run: the recorder died: *'
	check "$name: no BPF object remains" no_bpf_left
}

# killed_by_job WHOM SEED [OPTION]: at a call that SEED chooses
killed_by_job() {
	local whom=$1 seed=$2 at
	at=$((seed * 7919 % 1900 + 1))
	shift 2
	rm -rf run own
	mkdir own
	bare processes 4 2000 '~20000' "$seed" 7
	keep 60 "$iotap_run" --buffer=1M -o run "$@" -- \
		./job "$whom" processes "$tmp/own" 4 2000 '~20000' "$seed" 7 "$at"
	after_kill "$whom killed at call $at of 2000 $*" "$whom"
}

# The recorder is killed while a writer waits for it, and nobody asks for its status: the front is stopped.
killed_while_writing() {
	cat >job2 <<-'END_OF_JOB'
		#!/bin/bash
		recorder=$(pgrep -P $PPID -x iotap-recorder)
		kill -STOP "$recorder"
		steady processes "$1" 1 100 64K 1 7 &
		# The ring of 1 MiB is full: the writer waits.
		until [ "$(stat -c %s "$1/0" 2>/dev/null)" = 1048576 ]; do read -r -t 0.01 _ <>never; done
		kill -STOP $PPID
		kill -KILL "$recorder"
		SECONDS=0
		wait $!
		status=$?
		[ $SECONDS -lt 5 ] || echo "the writer waited $SECONDS s for a dead reader" >&2
		kill -CONT $PPID
		exit $status
	END_OF_JOB
	chmod +x job2
	rm -rf run own
	mkdir own
	bare processes 1 100 64K 1 7
	keep 60 "$iotap_run" --buffer=1M -o run -- ./job2 "$tmp/own"
	check "killed while a writer waits: the job's own status and output" own_is_bare 7
	check "killed while a writer waits: one line" one_line 'iotap-run: the recorder died: *'
	check "killed while a writer waits: what is there is right" compare_as "${may_lack[@]}"
}

# recorder_of KEEPER: sets front and recorder
recorder_of() {
	front=$(pgrep -P "$1" -x iotap-run)
	recorder=$(pgrep -P "$front" -x iotap-recorder)
}

# kill_in_write WHOM N [END]: in its write N+1 (to a file whose name ends like that), of which a half is done
kill_in_write() {
	local whom=$1 name keeper front recorder
	name="$1 killed in write ${*:2}"
	rm -rf disk/run own
	mkdir own
	bare processes 3 400 '~20000' 5 7
	fault stall "${@:2}"
	keeper kept 60 "$iotap_run" --buffer=1M -o disk/run -- \
		./job nobody processes "$tmp/own" 3 400 '~20000' 5 7 >run.out 2>run.err </dev/null &
	keeper=$!
	if [ "$whom" != nobody ]; then
		fault await || diag "it was never reached"
		recorder_of $keeper
		case $whom in
		both) kill -KILL "$front" "$recorder" ;;
		*) kill -KILL "$recorder" ;;
		esac
		fault half
	fi
	wait $keeper
	status=$?
	rm -rf run
	cp -a --sparse=always disk/run run
	after_kill "$name" "$whom"
}

# kill_before_the_job N: in its write N+1, when the command has not been let go
kill_before_the_job() {
	local keeper front recorder name="killed in write $1, before the command runs"
	rm -rf disk/run own
	mkdir own
	fault stall "$1"
	keeper kept 60 "$iotap_run" -o disk/run -- touch own/it-ran >run.out 2>run.err </dev/null &
	keeper=$!
	fault await || diag "it was never reached"
	recorder_of $keeper
	kill -KILL "$recorder"
	fault half
	wait $keeper
	is "$name: status" 125 $?
	check "$name: one line" one_line 'iotap-run: the recorder died before the command could run: *'
	check "$name: the command did not run" test ! -e own/it-ran
	check "$name: no directory is left" test ! -e disk/run
}

# --- disks ---

# on_disk NAME WANTED-STATUS [OPTION...]: the run goes to disk/run, which does not take all of it
on_disk() {
	local name=$1 wanted=$2
	shift 2
	rm -rf own disk/run
	mkdir own
	keep 60 "${limits[@]}" "$iotap_run" --buffer=1M -o disk/run "$@" -- \
		./job nobody processes "$tmp/own" 3 300 '~20000' 5 "$disk_status"
	check "$name: the job's own status and output" own_is_bare "$wanted"
	check "$name: one line" one_line 'iotap-run: *'
	rm -rf run
	cp -a --sparse=always disk/run run
}
limits=()
disk_status=7

few_empty_files() {
	local streams
	streams=$("$iotap_show" --json --streams run | wc -l)
	[ "$(find run -maxdepth 1 -size 0 | wc -l)" -le "$streams" ] || { ls -l run; return 1; }
}

# full_disk SIZE: a small tmpfs
full_disk() {
	mkdir -p disk
	mount -t tmpfs -o size="$1" none disk
	on_disk "a disk of $1" 7
	umount disk
	check "a disk of $1: all is accounted for" compare_as --lossy store
	check "a disk of $1: no heap of empty files" few_empty_files
}

# failing_disk WORD N: all writes fail after N bytes, and nothing gets better
failing_disk() {
	fault "$1" "$2"
	on_disk "$1 after $2 bytes" 7
	fault clear
	check "$1 after $2 bytes: what is there is right" compare_as --index-lost --lossy store
}

# refusing_disk WORD N: it takes too little for a run to begin
refusing_disk() {
	local name="$1 after $2 bytes, before the command runs"
	rm -rf own
	mkdir own
	fault "$1" "$2"
	keep 60 "$iotap_run" -o disk/run -- touch own/it-ran
	fault clear
	is "$name: status" 125 "$status"
	check "$name: one line" one_line "iotap-run: cannot write to the run directory (*); choose another one with -o"
	check "$name: the command did not run" test ! -e own/it-ran
	check "$name: no directory is left" test ! -e disk/run
}

# recovering_disk WORD N: it is well again at a point of the job's progress
recovering_disk() {
	local name="$1 after $2 bytes, then well again"
	cat >job2 <<-'END_OF_JOB'
		#!/bin/bash
		mkdir own/a own/b
		steady processes "$PWD/own/a" 2 300 '~20000' 5 0
		echo clear >disk/.control
		steady processes "$PWD/own/b" 2 300 '~20000' 6 7
	END_OF_JOB
	chmod +x job2
	fault "$1" "$2"
	rm -rf own disk/run
	mkdir own
	keep 60 "$iotap_run" --buffer=1M -o disk/run -- ./job2
	fault clear
	is "$name: the job's status" 7 "$status"
	check "$name: one line" one_line 'iotap-run: *'
	rm -rf run
	cp -a --sparse=always disk/run run
	check "$name: all is accounted for" compare_as --lossy store
	is "$name: nothing is missing of the second part" "" "$("$iotap_show" --json --streams run |
		jq -r 'select(.lost > 0).name' | grep "/own/b/")"
}

# failing_end: all is stored, but run.json cannot be finished
failing_end() {
	local name="run.json cannot be finished" keeper
	rm -rf own run disk/run
	mkdir own
	fault stall 1 run.json.new
	keeper kept 60 "$iotap_run" --strict -o disk/run -- \
		steady processes "$tmp/own" 1 100 500 1 0 >run.out 2>run.err </dev/null &
	keeper=$!
	fault await || diag "it was never reached"
	fault fail 0
	fault half
	wait $keeper
	is "$name: status under --strict" 125 $?
	fault clear
	check "$name: one line" one_line 'iotap-run: *run.json could not be finished: Input/output error*'
	cp -a --sparse=always disk/run run
	check "$name: what is there is right" compare_as --index-lost
}

# Each write of the recorder waits for an answer of the job, and the job waits for the recorder.
served_by_the_job() {
	local name="the job serves the directory"
	mkfifo ask answer
	cat >job2 <<-'END_OF_JOB'
		#!/bin/bash
		echo "ask $PWD/ask $PWD/answer" >disk/.control &
		exec 3<ask 4>answer
		wait $!
		echo something that is captured
		# A request. Before the answer more is written than the ring holds.
		read -r -n 1 -u 3
		steady processes "$PWD/own" 1 60 64K 1 0
		echo . >&4
		for i in 1 2 3; do
			read -r -n 1 -u 3
			echo . >&4
		done
		exit 7
	END_OF_JOB
	chmod +x job2
	rm -rf own disk/run
	mkdir own
	SECONDS=0
	keep 60 "$iotap_run" --buffer=1M -o disk/run -- ./job2
	is "$name: the job's status" 7 "$status"
	check "$name: it took no longer than the bound" test $SECONDS -lt 30
	check "$name: one line" one_line 'iotap-run: *stalled*'
	rm -rf run
	cp -a --sparse=always disk/run run
	check "$name: all is accounted for" compare_as --lossy stalled
	rm ask answer
}

# --- writers that wait ---

# What the jobs below begin with: sets recorder; size_of FILE; until_size FILE BYTES
cat >waits.sh <<'END_OF_WAITS'
recorder=$(pgrep -P "$PPID" -x iotap-recorder)
size_of() { stat -c %s "$1" 2>/dev/null || echo 0; }
until_size() { until [ "$(size_of "$1")" -ge "$2" ]; do read -r -t 0.01 _ <>never; done; }
# die PID: it is killed, and has to be gone at once
die() {
	SECONDS=0
	kill -KILL "$1"
	wait "$1" 2>/dev/null
	[ $? = 137 ] && [ $SECONDS -lt 5 ] || echo "it took $SECONDS s to die" >&2
}
END_OF_WAITS

# waiting NAME [OPTION...] <JOB: it says nothing on stderr but what it has to complain of; the status is 7
waiting() {
	local name=$1
	shift
	{
		echo '#!/bin/bash'
		echo '. ./waits.sh'
		cat
		echo 'exit 7'
	} >job2
	chmod +x job2
	rm -rf own run
	mkdir own
	keep 90 "$iotap_run" --buffer=1M -o "${output:-run}" "$@" -- ./job2
	is "$name: the job's status" 7 "$status"
	[ -z "${output:-}" ] || cp -a --sparse=always "$output" run
}

# --- the writer waits ---

# cell HOW N CALLS SIZE CPUS WHERE: a row of the matrix
cell() {
	local name="$2 $1, $4 a call, cpu $5, ${6%/run}" blocks=0 began ms
	rm -rf own/* run "$6"
	mkdir -p own
	began=$(date +%s%N)
	keep 600 taskset -c "$5" "$iotap_run" --buffer=1M -o "$6" -- \
		steady "$1" "$tmp/own" "$2" "$3" "$4" 1 7
	ms=$((($(date +%s%N) - began) / 1000000))
	is "$name: the job's status" 7 "$status"
	check "$name: nothing is said" test ! -s run.err
	[ "$1" = processes ] || case $4 in
	*K) blocks=$((${4%K} << 10)) ;;
	*M) blocks=$((${4%M} << 20)) ;;
	*) blocks=$4 ;;
	esac
	[ "$6" = run ] || ln -s "$6" run
	check "$name: nothing is lost" compare_as --raw 0 --blocks "$blocks"
	diag "load: $name: $compared bytes in $ms ms"
	rm -rf own/* run "$6"
}
