#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The example's job under iotap-run: it behaves as it does alone, and what its parts say to each other and
# to the terminal is there. In: examples/job.sh. Out: TAP.

# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/capture/lib.sh
. "$IOTAP_SOURCE/tests/capture/lib.sh"
require_bpf

job=$IOTAP_SOURCE/examples/job.sh

# The colours come in any order.
"$job" >alone.out 2>alone.err
is "the job alone" 0 $?
"$iotap_run" -o run -- "$job" >run.out 2>run.err
is "the job under iotap-run" 0 $?
same "the same on stdout" <(sort alone.out) <(sort run.out)
same "the same on stderr" <(sort alone.err) <(sort run.err)
check "the run verifies" "$iotap_show" --verify run
is "the run is complete" true "$(jq .complete run/run.json)"

rm -rf run
"$iotap_run" -o run -- "$job" >terminal 2>&1
check "the terminal holds whole calls of all streams" \
	"$IOTAP_SOURCE/tests/capture/compare-terminal" run terminal
like "what nobody saw is there" '*nobody is to see this*' \
	"$("$iotap_show" --raw --kind=char run | tr '\n' ' ')"
like "what curl received" '*HTTP/1.1 200 OK*you asked for /greeting?to=world*' \
	"$("$iotap_show" --raw --comm=curl --kind=socket run | tr -d '\0\r' | tr '\n' ' ')"

# Both ends of a connection are in the tree: what one sent the other received.
check "three requests, seen by both ends" python3 - "$iotap_show" <<'END'
import json
import subprocess
import sys

shown = subprocess.run([sys.argv[1], "--streams", "--json", "run"], check=True,
                       stdout=subprocess.PIPE)
ends = {"in": {}, "out": {}}
for row in map(json.loads, shown.stdout.splitlines()):
    if row["name"].startswith("tcp ") and row["length"]:
        here, there = row["name"][4:].split(" > ")
        way = (there, here) if row["direction"] == "in" else (here, there)
        with open("run/" + row["file"], "rb") as file:
            assert way not in ends[row["direction"]], f"{way} is there twice"
            ends[row["direction"]][way] = file.read()
assert len(ends["out"]) == 6, f"{len(ends['out'])} ways, not 3 requests and 3 answers"
assert ends["in"] == ends["out"], "one end sent what the other did not receive"
END
finish
