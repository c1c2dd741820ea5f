#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How iotap-run ends: exactly as its command ended.

. "${IOTAP_SOURCE:?}/tests/lib.sh"
require_bpf

# ends STATUS NAME COMMAND...: this status (128 + signal as the shell gives it), and silence
ends() {
	local wanted=$1 name=$2
	shift 2
	# The shell reports a signal's name on stderr: let that be its own.
	rm -rf run
	status_of "$wanted" "$name" "$iotap_run" -o run -- "$@"
	is "$name: silence" "" "$(cat stderr)"
}

# signal_of COMMAND...: by which signal it ended and whether with a core, or its exit code
signal_of() {
	python3 - "$@" <<'END'
import os, signal, sys
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
pid = os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
status = os.waitpid(pid, 0)[1]
if os.WIFSIGNALED(status):
    print("signal", os.WTERMSIG(status), "core" if os.WCOREDUMP(status) else "no core")
else:
    print("exit", os.WEXITSTATUS(status))
END
}

ends 0 "exit 0" true
ends 7 "exit 7" sh -c 'exit 7'
ends 125 "exit 125 of the command" sh -c 'exit 125'
ends 255 "exit 255" sh -c 'exit 255'

for signal in TERM KILL SEGV HUP INT QUIT PIPE ABRT USR1 ALRM RTMIN RTMAX; do
	number=$(kill -l "$signal")
	rm -rf run
	is "killed by $signal" "signal $number no core" \
		"$(signal_of "$iotap_run" -o run -- sh -c "kill -$number \$\$" 2>stderr)"
	is "killed by $signal: silence" "" "$(cat stderr)"
done

# The command may leave a core, we must not: an empty directory, no limit.
mkdir cores
segv=(sh -c "kill -SEGV \$\$")
case $(cd cores && ulimit -c unlimited && signal_of "${segv[@]}") in
"signal 11 core")
	is "SEGV: no core of ours" "signal 11 no core" "$(
		cd cores && ulimit -c unlimited && signal_of "$iotap_run" -o "$tmp/run2" -- "${segv[@]}"
	)"
	;;
*) skip "SEGV: no core of ours" "this machine writes no cores at all" ;;
esac

# not_run STATUS NAME PATTERN COMMAND...
not_run() {
	local wanted=$1 name=$2 pattern=$3
	shift 3
	rm -rf run
	status_of "$wanted" "$name" "$iotap_run" -o run -- "$@"
	like "$name: words" "iotap-run: $pattern" "$(cat stderr)"
	is "$name: one line" 1 "$(wc -l <stderr)"
}

not_run 127 "not found" "command 'no-such-command' not found: check its name and PATH" no-such-command
not_run 127 "no such path" "cannot run './no-such': there is no such file: *" ./no-such
not_run 127 "an empty word" "command '' not found*" ''
touch plain
not_run 126 "not executable" "cannot run './plain': Permission denied: is it executable*" ./plain
mkdir dir
not_run 126 "a directory" "cannot run './dir': it is a directory: name a program" ./dir
not_run 126 "a file as directory" "cannot run './plain/x': Not a directory*" ./plain/x
printf '#!/no/such/interpreter\n' >orphan
chmod +x orphan
not_run 127 "no interpreter" "cannot run './orphan': the interpreter in its first line *" ./orphan

# shellcheck disable=SC2016
printf 'echo "$0 $*"\nexit 9\n' >script
chmod +x script
rm -rf run
status_of 9 "a script without #!" "$iotap_run" -o run ./script a 'b c'
is "a script without #!: its words" "./script a b c" "$(cat stdout)"
mkdir bin && cp script bin/named-script
rm -rf run
PATH=$PWD/bin:$PATH status_of 9 "a script without #! in PATH" "$iotap_run" -o run named-script x
like "a script without #! in PATH: its words" "*named-script x" "$(cat stdout)"

rm -rf run
status_of 3 "options end at the command" "$iotap_run" -o run sh -c 'exit 3' -q --strict
rm -rf run
status_of 0 "--strict and a complete run" "$iotap_run" --strict -o run true
rm -rf run
status_of 7 "--strict and a failed command" "$iotap_run" --strict -o run sh -c 'exit 7'

rm -rf run
status_of 0 "-v" "$iotap_run" -v -o run sh -c 'printf 12345'
like "-v: the words" "iotap-run: the run goes to 'run'
iotap-run: 5 bytes captured, 0 lost, in 'run'" "$(cat stderr)"
is "-v: stdout is the command's" 12345 "$(cat stdout)"

finish
