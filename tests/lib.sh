# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What every shell test sources first: TAP, a directory of its own, the programs.
#
#   . "${IOTAP_SOURCE:?}/tests/lib.sh"
#   check "true succeeds" true             # a command that must return 0
#   is "status" 7 "$status"                # name, wanted, got
#   status_of 7 "exit 7" sh -c 'exit 7'    # a command that must return this status
#   like "message" '*pattern*' "$text"     # a shell pattern
#   require_bpf                            # the rest needs to capture; else skip all
#   finish                                 # the plan; the last line of each test
#
# The test's working directory is $tmp: new, empty, removed at the end (kept when something
# failed and IOTAP_KEEP is set). iotap_run and iotap_show are the programs' paths.
# With IOTAP_MUST_RUN=1 a skip is a failure, unless tests/unmet.txt lists it.

set -u

# The system's own tools: a wrapper of them would be a tree of processes by itself.
PATH=/usr/bin:/bin:/usr/sbin:/sbin:$PATH

: "${IOTAP_BUILD:?is not set: run this by make check}"
: "${IOTAP_SOURCE:?is not set: run this by make check}"

iotap_run=$IOTAP_BUILD/iotap-run
iotap_show=$IOTAP_BUILD/iotap-show
export iotap_run iotap_show

tests_done=0
tests_failed=0
tests_finished=
test_pid=$$

tmp=$(mktemp -d "${IOTAP_TEST_TMP:-${TMPDIR:-/tmp}}/iotap-test.XXXXXX") || {
	echo "Bail out! no temporary directory"
	exit 99
}
cd "$tmp" || exit 99

# A subshell that ends is not the test's end.
leave() {
	[ "$$" = "$test_pid" ] && [ "${BASHPID:-$$}" = "$test_pid" ] || return
	if [ -z "$tests_finished" ]; then
		echo "Bail out! the test ended before its plan"
	fi
	cd / || return
	if [ -n "${IOTAP_KEEP:-}" ] && [ "$tests_failed" -gt 0 ]; then
		echo "# kept: $tmp"
	else
		rm -rf "$tmp"
	fi
}
trap leave EXIT

diag() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

ok() {
	tests_done=$((tests_done + 1))
	echo "ok $tests_done - $*"
}

not_ok() {
	tests_done=$((tests_done + 1))
	tests_failed=$((tests_failed + 1))
	echo "not ok $tests_done - $*"
}

# must_run NAME: whether a skip of it is a failure (NAME is * for the whole program)
must_run() {
	local program=tests/${0##*/tests/}
	program=${program%.sh}
	[ "${IOTAP_MUST_RUN:-}" = 1 ] &&
		! grep -qF -e "$program | $1 | " -e "$program | * | " "$IOTAP_SOURCE/tests/unmet.txt"
}

# skip NAME REASON: one test that cannot run here
skip() {
	if must_run "$1"; then
		not_ok "$1 (cannot run: $2)"
	else
		tests_done=$((tests_done + 1))
		echo "ok $tests_done - $1 # SKIP $2"
	fi
}

# skip_all REASON: the test ends here
skip_all() {
	tests_finished=1
	if must_run '*'; then
		echo "1..1"
		echo "not ok 1 - cannot run: $1"
	else
		echo "1..0 # SKIP $1"
	fi
	exit 0
}

# check NAME COMMAND...: it must return 0
check() {
	local name=$1
	shift
	if "$@" >check.out 2>&1; then
		ok "$name"
	else
		not_ok "$name"
		diag "failed: $*"
		sed 's/^/# /' check.out
	fi
	rm -f check.out
}

# is NAME WANTED GOT
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1"
		diag "wanted: $2"
		diag "got:    $3"
	fi
}

# like NAME PATTERN GOT: a pattern as in `case`
like() {
	# shellcheck disable=SC2254
	case $3 in
	$2) ok "$1" ;;
	*)
		not_ok "$1"
		diag "wanted: $2"
		diag "got:    $3"
		;;
	esac
}

# same NAME FILE FILE: equal byte for byte
same() {
	if cmp -s -- "$2" "$3"; then
		ok "$1"
	else
		not_ok "$1"
		diag "$(diff -u -- "$2" "$3" 2>&1 | head -n 40)"
	fi
}

# status_of WANTED NAME COMMAND...: its output goes to the files stdout and stderr here
status_of() {
	local wanted=$1 name=$2 got
	shift 2
	"$@" >stdout 2>stderr
	got=$?
	if [ "$got" = "$wanted" ]; then
		ok "$name"
	else
		not_ok "$name"
		diag "wanted status $wanted, got $got: $*"
		head -n 20 stderr | sed 's/^/# stderr: /'
	fi
}

require_root() {
	[ "$(id -u)" = 0 ] || skip_all "needs root"
}

# The rest of the test captures for real.
require_bpf() {
	require_root
	[ -r /sys/kernel/btf/vmlinux ] || skip_all "this kernel has no BTF"
}

finish() {
	tests_finished=1
	echo "1..$tests_done"
	[ "$tests_failed" = 0 ]
	exit
}
