#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Machines that do not let us capture: one sentence with the next step, nothing runs, no traces.

. "${IOTAP_SOURCE:?}/tests/lib.sh"
require_bpf

# refused NAME PATTERN COMMAND...: the command runs iotap-run
refused() {
	local name=$1 pattern=$2
	shift 2
	status_of 125 "$name: status" "$@"
	like "$name: words" "iotap-run: $pattern" "$(cat stderr)"
	is "$name: one line" 1 "$(wc -l <stderr)"
	check "$name: nothing ran" [ ! -e ran ]
	check "$name: no directory is left" [ ! -e run ]
}

job=("$iotap_run" -o run touch ran)

refused "root without capabilities" "*CAP_*" setpriv --bounding-set=-all --inh-caps=-all "${job[@]}"
for missing in bpf perfmon; do
	# sys_admin stands for both.
	caps=-sys_admin,-$missing
	refused "without $missing" "*CAP_${missing^^}*" \
		setpriv "--bounding-set=$caps" "--inh-caps=$caps" "${job[@]}"
done
chmod 0777 .
refused "a user" "*CAP_*" setpriv --reuid=65534 --regid=65534 --clear-groups "${job[@]}"

if unshare --mount true 2>/dev/null; then
	# shellcheck disable=SC2016
	refused "no BTF" "*BTF*" unshare --mount sh -c \
		'mount -t tmpfs none /sys/kernel/btf && exec "$@"' sh "${job[@]}"
else
	skip "no BTF" "no mount namespaces here"
fi

# An earlier run is not lost when the next one cannot begin.
"$iotap_run" -o run true
is "an earlier run" 0 $?
status_of 125 "then a refused one" setpriv --bounding-set=-all --inh-caps=-all "${job[@]}"
check "the earlier run is there still" [ -f run.1/run.json ]

finish
