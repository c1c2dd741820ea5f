#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# iotap-run as process 1 of a container.

. "${IOTAP_SOURCE:?}/tests/lib.sh"
require_bpf
unshare --pid --fork --mount-proc true 2>/dev/null || skip_all "no pid namespaces here"
first=(unshare --pid --fork --mount-proc "$iotap_run" -o run)

# shellcheck disable=SC2016
status_of 7 "exit 7" "${first[@]}" sh -c 'test $PPID = 1 && exit 7'
rm -rf run
# Process 1 cannot die by a signal. Python tells an exit from an end by a signal, a shell does not.
# shellcheck disable=SC2016
is "killed by TERM: exits with 128 + 15" 143 "$(python3 -c '
import subprocess, sys
print(subprocess.call(sys.argv[1:]))
' "${first[@]}" sh -c 'kill -TERM $$')"
rm -rf run
status_of 127 "not found" "${first[@]}" no-such-command
rm -rf run

# Orphans are process 1's children: it reaps them while the command runs.
# shellcheck disable=SC2016
status_of 0 "orphans are reaped" timeout 60 "${first[@]}" sh -c '
	pid=$( (sh -c "echo \$\$; exec >&-; :" &) )
	while [ -e "/proc/$pid" ]; do :; done'
is "and the run is over" '"finished"' "$(sed -n 's/.*"state": *\("[a-z]*"\).*/\1/p' run/run.json)"

finish
