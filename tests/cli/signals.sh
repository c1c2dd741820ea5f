#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Signals to iotap-run reach the command as they would without it; a terminal's are not doubled.

. "${IOTAP_SOURCE:?}/tests/lib.sh"
require_bpf
terminal=("python3" "$IOTAP_SOURCE/tests/cli/terminal.py")

# listen.py FILE: writes `ready PID`, then the name of each signal that comes, one a line; ends after TERM
# with status 5
cat >listen.py <<'END'
import os, signal, sys
names = "TERM INT HUP QUIT USR1 USR2 WINCH CONT TSTP".split()
heard = {getattr(signal, "SIG" + name) for name in names}
signal.pthread_sigmask(signal.SIG_BLOCK, heard)
with open(sys.argv[1], "w", buffering=1) as out:
    print("ready", os.getpid(), file=out)
    while True:
        number = signal.sigwaitinfo(heard).si_signo
        print(signal.Signals(number).name, file=out)
        if number == signal.SIGTERM:
            sys.exit(5)
END

# wait_for PID: its status, without the shell's word for how it ended
wait_for() {
	wait "$1" 2>/dev/null
}

mkfifo line hold
"$iotap_run" -o run python3 listen.py line &
front=$!
exec 8<line
read -r word _ <&8
is "the job listens" ready "$word"
for signal in INT HUP QUIT USR1 USR2 WINCH CONT TSTP; do
	kill -s "$signal" "$front"
	read -r -t 60 word <&8
	is "SIG$signal is passed on" "SIG$signal" "$word"
done
kill -s TERM "$front"
is "SIGTERM is passed on, and nothing came twice" SIGTERM "$(cat <&8)"
wait_for "$front"
is "status of a job that handles SIGTERM" 5 $?
exec 8<&-

rm -rf run
"$iotap_run" -o run sh -c 'echo >line; read -r _ <hold' 2>stderr &
front=$!
read -r _ <line
kill "$front"
wait_for "$front"
is "SIGTERM to a job that does not handle it" 143 $?
is "without a word" "" "$(cat stderr)"

# A background job of a script ignores INT: so do the command and iotap-run.
rm -rf run
# shellcheck disable=SC2016
(
	trap '' INT
	exec "$iotap_run" -o run sh -c 'echo >line; read -r word <hold; exit "$word"'
) &
front=$!
read -r _ <line
kill -s INT "$front"
echo 4 >hold
wait_for "$front"
is "an ignored signal ends nobody" 4 $?

# The terminal's own. The job takes each signal from a queue, so that none can hide another.
cat >count.py <<'END'
import os, signal, sys
number = getattr(signal, sys.argv[1])
signal.pthread_sigmask(signal.SIG_BLOCK, {number, signal.SIGUSR1})
seen = []
while True:
    print("ready", flush=True)
    info = signal.sigwaitinfo({number, signal.SIGUSR1})
    if info.si_signo == signal.SIGUSR1:
        break
    seen.append(info)
    print("got", flush=True)
print("total", len(seen), sum(info.si_code == 128 for info in seen), flush=True)
END
rm -rf run
is "^C reaches the job once each time, from the terminal" "20 20
status 0" "$("${terminal[@]}" count '\x03' 20 "$iotap_run" -o run python3 count.py SIGINT)"
rm -rf run
is "and so does ^\\" "20 20
status 0" "$("${terminal[@]}" count '\x1c' 20 "$iotap_run" -o run python3 count.py SIGQUIT)"
rm -rf run
is "^C ends a job that does not handle it" "status -2" \
	"$("${terminal[@]}" press '\x03' "$iotap_run" -o run sh -c 'echo ready; read -r _')"

# ^Z, fg, ^Z, bg in an interactive shell.
cat >job.py <<'END'
import os, signal, sys
signals = {signal.SIGCONT, signal.SIGUSR1}
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
print("ready", os.getpid(), os.getppid(), flush=True)
times = 0
while signal.sigwaitinfo(signals).si_signo == signal.SIGCONT:
    times += 1
    os.write(1, b"on %d\n" % times)  # whole: the shell shows its prompt at the same time
sys.exit(5)
END
rm -rf run
is "^Z stops both, fg and bg go on" "stopped T T
stopped T T
status 5" "$("${terminal[@]}" job-control "$iotap_run" -o run python3 job.py 2>&1)"

# Where nobody could continue us, a job that stops and goes on by itself does not hang.
rm -rf run
# shellcheck disable=SC2016
status_of 6 "a job that stops itself and is continued by its child" \
	timeout 60 setsid --wait "$iotap_run" -o run python3 -c '
import os, signal, sys
me = os.getpid()
if os.fork() == 0:
    while open(f"/proc/{me}/stat").read().rpartition(")")[2].split()[0] != "T":
        pass
    os.kill(me, signal.SIGCONT)
    os._exit(0)
os.kill(me, signal.SIGSTOP)
sys.exit(6)'

finish
