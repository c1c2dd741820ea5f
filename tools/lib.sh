# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# TAP for the checks of the tree, which need no programs and no directory of their own.
# With IOTAP_MUST_RUN=1 a skip is a failure.

points=0
failures=0

# point ok|"not ok" NAME
point() {
	points=$((points + 1))
	echo "$1 $points - $2"
	[ "$1" = ok ] || failures=$((failures + 1))
}

skip() {
	if [ "${IOTAP_MUST_RUN:-}" = 1 ]; then
		point "not ok" "$1 (cannot run: $2)"
	else
		point ok "$1 # SKIP $2"
	fi
}

# silent NAME COMMAND...: passes when the command prints nothing
silent() {
	silent_name=$1
	shift
	silent_said=$("$@" 2>&1 | head -n 60)
	if [ -z "$silent_said" ]; then
		point ok "$silent_name"
	else
		printf '%s\n' "$silent_said" | sed 's/^/# /'
		point "not ok" "$silent_name"
	fi
}

finish() {
	echo "1..$points"
	[ "$failures" -eq 0 ]
	exit
}
