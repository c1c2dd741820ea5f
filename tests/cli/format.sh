#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What iotap(5) says about the bytes on disk, held against src/format.h, and its examples, run.
. "${IOTAP_SOURCE:?}/tests/lib.sh"

manual=$IOTAP_SOURCE/man/iotap.5

# offsets_of_header, offsets_of_manual: `struct field offset size`, one a line
offsets_of_header() {
	python3 - "$IOTAP_SOURCE/src/format.h" <<'END'
import re, sys

size = {"8": 1, "16": 2, "32": 4, "64": 8}
text = re.sub(r"/\*.*?\*/", "", open(sys.argv[1]).read(), flags=re.S)
for struct, body in re.findall(r"struct (format_\w+) \{(.*?)\};", text, re.S):
    at = 0
    for bits, field, count in re.findall(r"u?int(\d+)_t (\w+)(?:\[(\d+)\])?;", body):
        step = size[bits] * int(count or 1)
        print(struct, field, at, step)
        at += step
END
}

offsets_of_manual() {
	python3 - "$manual" <<'END'
import re, sys

structs = {"Header": "format_header", "Records of the journals": "format_record",
           "Process": "format_process", "Stream": "format_stream", "Hole": "format_hole",
           "Segment": "format_segment", "Time line": "format_chunk"}
struct = None
for line in open(sys.argv[1]):
    if line.startswith(".S"):
        struct = structs.get(line[4:].strip()) if line.startswith(".SS") else None
    row = re.match(r"(\d+)\t(\d+)\t(\w+)\t", line)
    if struct and row:
        print(struct, row[3], row[1], row[2])
END
}

# example N: the Nth example of the manual
example() {
	awk -v wanted="$1" '/^\.EE/ { on = 0 } on { print } /^\.EX/ { on = ++n == wanted }' "$manual" |
		sed -e 's/\\-/-/g' -e 's/\\e/\\/g'
}

offsets_of_header >header
offsets_of_manual >manual
is "fields are compared" 64 "$(wc -l <header)"
same "offsets and sizes" header manual

check "a run" "$IOTAP_BUILD/tests/prog/make-run" job job
example 1 >chunks.py
example 2 >files.py

python3 chunks.py job >messages 2>&1
is "first example: status" 0 $?
sort messages >got
"$iotap_show" --timeline --json job |
	jq -r '"\(.time_ns) stream \(.stream) thread \(.tid): \(.length) bytes at \(.offset)"' |
	sort >wanted
check "there are chunks" test -s wanted
same "first example" wanted got

python3 files.py job >got 2>&1
is "second example: status" 0 $?
"$iotap_show" --streams --json job |
	jq -r '[.stream, (.segments[] | .[2])] | map(tostring) | join(" ")' >wanted
check "there are streams" test -s wanted
same "second example" wanted got

finish
