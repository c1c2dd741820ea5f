#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a process inherits besides its descriptors: the same with iotap-run as without.

. "${IOTAP_SOURCE:?}/tests/lib.sh"
require_bpf

# inherit.py SETTINGS COMMAND...: makes the settings, runs the command
cat >inherit.py <<'END'
import os, resource, signal, sys
signals = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
settings, command = sys.argv[1], sys.argv[2:]
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
if settings == "ignored":
    for s in signals:
        signal.signal(s, signal.SIG_IGN)
elif settings == "child-ignored":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
elif settings == "pipe-ignored":
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
elif settings == "blocked":
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
elif settings == "limits":
    for limit, value in ((resource.RLIMIT_CORE, 12288), (resource.RLIMIT_NOFILE, 77),
                         (resource.RLIMIT_MEMLOCK, 65536), (resource.RLIMIT_STACK, 4 << 20)):
        resource.setrlimit(limit, (value, resource.getrlimit(limit)[1]))
elif settings == "umask":
    os.umask(0o751)
elif settings == "nice":
    os.nice(3)
elif settings != "plain":
    sys.exit("no such settings")
os.execvp(command[0], command)
END

# What is held against each other comes from programs that are executed at once: a shell between
# would set the signal mask to its liking.
marks="Umask|Uid|Gid|Groups|NSsid|NSpgid|SigBlk|SigIgn|SigCgt|Cap...|NoNewPrivs|Seccomp|CoreD"

# report COMMAND...: what the programs say that COMMAND executes
report() {
	rm -rf run
	"$@" grep -E "^($marks)" /proc/self/status || echo "status $?"
	rm -rf run
	"$@" cat /proc/self/limits || echo "status $?"
	rm -rf run
	"$@" cut -d ' ' -f 18,19 /proc/self/stat || echo "status $?"
	rm -rf run
	"$@" pwd || echo "status $?"
	rm -rf run
	"$@" env -u _ || echo "status $?"
}

for settings in plain ignored child-ignored pipe-ignored blocked limits umask nice; do
	report python3 inherit.py "$settings" >without
	report python3 inherit.py "$settings" "$iotap_run" -o run >with
	same "$settings" without with
	check "$settings: the report is one" [ "$(grep -cE '^(SigBlk|SigIgn|Umask|Max)' with)" = 19 ]
done
is "a mask is seen" 1 "$(python3 inherit.py blocked grep -c 'SigBlk:.*f' /proc/self/status)"

# With SIGCHLD ignored the front still learns how the command ends.
rm -rf run
python3 inherit.py child-ignored "$iotap_run" -o run sh -c 'exit 7'
is "SIGCHLD ignored: exit 7" 7 $?
rm -rf run
python3 inherit.py child-ignored "$iotap_run" -o run no-such-command 2>stderr
is "SIGCHLD ignored: not found" 127 $?
# With everything blocked a signal still ends the command, and us by the same.
rm -rf run
python3 inherit.py blocked "$iotap_run" -o run sh -c 'kill -KILL $$'
is "all blocked: killed by KILL" 137 $?

# The process group, the session and the parent: a child in our group, as of timeout(1).
# shellcheck disable=SC2016
rm -rf run && "$iotap_run" -o run sh -c 'ps -o pgid=,sid= -p $$ -p $PPID' >groups
is "group and session are the front's" 1 "$(sort -u groups | wc -l)"
is "two processes were compared" 2 "$(wc -l <groups)"

finish
