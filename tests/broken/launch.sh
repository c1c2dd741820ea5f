#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a run needs before the command may run, refused one by one: a sentence, status 125, no command, no directory. In:
# the program without, a cgroup that bounds the number of processes. Out: TAP.

# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/broken/lib.sh
. "$IOTAP_SOURCE/tests/broken/lib.sh"
require_bpf

job=("$iotap_run" -o run touch ran)

# refused NAME PATTERN COMMAND...: the command runs the job
refused() {
	local name=$1 pattern=$2
	shift 2
	rm -rf run ran
	keep 20 "$@"
	is "$name: status" 125 "$status"
	check "$name: one line" one_line "iotap-run: $pattern"
	check "$name: the command did not run" test ! -e ran
	check "$name: no directory is left" test ! -e run
}

# Numbers of x86-64. 1 is EPERM, 11 EAGAIN, 12 ENOMEM, 24 EMFILE, 38 ENOSYS.
refused "no bpf()" "the kernel refuses BPF programs *" without 321 1 - "${job[@]}"
refused "an old kernel without bpf()" "the BPF programs do not load on this kernel (Function not implemented); *" without 321 38 - "${job[@]}"
refused "no maps" "the kernel refuses BPF programs *" without 321 1 0 "${job[@]}"
refused "no programs" "the kernel refuses BPF programs *" without 321 1 5 "${job[@]}"
refused "no links" "the kernel refuses BPF programs *" without 321 1 28 "${job[@]}"
refused "no memory for maps" "no memory for the BPF ring buffer*" without 321 12 0 "${job[@]}"
refused "no pidfd_open()" "cannot make a process for the command: *: look at the kernel's version *" without 434 38 - "${job[@]}"
refused "no socket pair" "cannot start the recorder: *: raise the limit of open files *" without 53 24 - "${job[@]}"
refused "no pipe2()" "cannot make a process for the command: *: raise the limit of open files *" without 293 24 - "${job[@]}"
refused "no signalfd4()" "cannot take over the signals: *: raise the limit of open files *" without 289 24 - "${job[@]}"
refused "no setsid()" "the recorder died *" without 112 1 - "${job[@]}"
refused "no epoll_create1()" "the limit of open files is too low *" without 291 24 - "${job[@]}"
refused "no fork" "cannot start the recorder: *: raise the limit of processes *" without 56 11 - "${job[@]}"

# A cgroup that takes so many processes and threads.
group=
for root in /sys/fs/cgroup/pids /sys/fs/cgroup; do
	[ ! -e "$root/cgroup.procs" ] || group=$root/iotap-test.$$
	[ -z "$group" ] || ! mkdir "$group" 2>/dev/null || [ ! -e "$group/pids.max" ] || break
	[ -z "$group" ] || rmdir "$group" 2>/dev/null
	group=
done
cat >limited_job <<END
#!/bin/sh
echo \$1 >$group/pids.max
echo \$\$ >$group/cgroup.procs
exec ${job[*]}
END
chmod +x limited_job
if [ -n "$group" ]; then
	refused "one process" "cannot start the recorder: *: raise the limit of processes *" ./limited_job 1
	refused "two processes" "cannot make a process for the command: *: raise the limit of processes *" ./limited_job 2
	rmdir "$group"
else
	skip "bounded processes" "no cgroup of processes here"
fi
finish
