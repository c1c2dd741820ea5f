#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bytes that never were in a buffer of the process: sendfile, copy_file_range, splice. What comes from a regular file
# is had byte for byte, although the file is overwritten right after each call; the rest is marked in place.
# In: the program inside. Out: TAP.

# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/capture/lib.sh
. "$IOTAP_SOURCE/tests/capture/lib.sh"
require_bpf

lengths="1 255 4095 4096 4097 65535 65536 65537 1M"

# shellcheck disable=SC2086
for way in sendfile:null sendfile:pipe sendfile:pair sendfile:tcp4 sendfile:file=to copy_file_range:file=to \
	splice:pipe; do
	truth_of "${way%:*} to a ${way#*:}" -- onto 1 "${way#*:}" inside "${way%:*}" 1 $lengths
done
truth_of "sendfile of 33 MiB to a file" -- onto 1 file=to inside sendfile 1 33M
truth_of "copy_file_range of 33 MiB to a file, small ring" --buffer=1M -- \
	onto 1 file=to inside copy_file_range 1 33M
truth_of "sendfile by a thread, after the leader has left" -- \
	onto 1 null inside thread:sendfile 1 1 65537

# The run directory is the user's, the file and the process are root's.
head -c 100000 /dev/urandom >private
chmod 600 private
export SUDO_UID=65534 SUDO_GID=65534
# shellcheck disable=SC2016
run_truth -- sh -c 'cat private >copy'
unset SUDO_UID SUDO_GID
check "under sudo: is silent" run_was 0
check "under sudo: cat of a file of root's" cmp run/*-cat.stdout private

# Both sides of it, and a program of everyone's.
head -c 3000000 /dev/urandom >source
run_truth -e files -- cp source copy
check "cp: is silent" run_was 0
for stream in read written; do
	"$iotap_show" --raw run --stream "$("$iotap_show" --streams --json run |
		jq -r 'select(.length == 3000000) | select((.direction == "in") == ("'$stream'" == "read")) | .stream')" >got
	check "cp: what was $stream" cmp got source
done
# shellcheck disable=SC2016
run_truth -- sh -c 'cat source source >copy'
check "cat: is silent" run_was 0
cat run/*-cat.stdout >got
cat source source >wanted
check "cat into a file" cmp got wanted

# The source is a pipe: its place is known, its content is not.
# shellcheck disable=SC2016
run_truth -- python3 -c '
import os
r, w = os.pipe()
os.write(1, b"before")
os.write(w, b"x" * 100)
os.splice(r, 1, 100)
os.write(1, b"after")'
is "from a pipe: the status" 0 "$run_status"
is "from a pipe: one line on stderr" 1 "$(wc -l <run.err)"
is "from a pipe: the hole" "6 100 in-kernel" \
	"$("$iotap_show" --holes --json run | jq -r '"\(.offset) \(.length) \(.cause)"')"
is "from a pipe: the stream" "111 11 0 100 false" "$("$iotap_show" --streams --json run |
	jq -r '"\(.length) \(.captured) \(.lost) \(.in_kernel) \(.complete)"')"
finish
