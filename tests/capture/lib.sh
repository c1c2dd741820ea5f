# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# For the tests that run a self-reporting program under iotap-run and hold the run directory
# against its truth. Comes after tests/lib.sh.

# shellcheck disable=SC2154 # tests/lib.sh sets tmp
compare=$IOTAP_SOURCE/tests/capture/compare
PATH=$IOTAP_BUILD/tests/prog:$PATH
export IOTAP_TRUTH=$tmp/truth

# run_truth [OPTION...] -- COMMAND...: runs it with fresh directories ./run and ./truth.
# Sets run_status; leaves run.out and run.err, the two outputs of iotap-run.
run_truth() {
	rm -rf run truth
	mkdir truth
	"$iotap_run" -o run "$@" >run.out 2>run.err </dev/null
	run_status=$?
}

# Only when run_truth was silent and ended with this status; prints what is wrong.
run_was() {
	local wanted=$1
	if [ "$run_status" != "$wanted" ]; then
		echo "iotap-run ended with $run_status, wanted $wanted"
		head -c 500 run.err
		return 1
	fi
	if [ -s run.err ]; then
		echo "stderr is not empty:"
		head -c 500 run.err
		return 1
	fi
}

compare_run() {
	run_was 0 && "$compare" run truth
}

# truth_of NAME [OPTION...] -- COMMAND...: one row, "what moved was captured".
truth_of() {
	local name=$1
	shift
	run_truth "$@"
	check "$name" compare_run
}
