#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The self-reporting programs tell the truth, and the comparers notice when a run does not.
#
# Nothing is captured here: a run directory is made from the truth itself, then damaged. Out: TAP.

# shellcheck disable=SC2317 # check calls the functions

# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/capture/lib.sh
. "$IOTAP_SOURCE/tests/capture/lib.sh"

lengths='0 1 255 256 257 4095 4096 4097 65535 65536 65537'

# bare COMMAND...: with a truth of its own
bare() {
	rm -rf truth
	mkdir truth
	"$@" </dev/null
}

# What all programs of the last bare run said that went one way on fds of that number.
told() {
	cat truth/*."$1"."$2".*
}

put_to_file() {
	rm -f file
	bare onto 1 "append=file" put "$@" && told 1 out | cmp - file
}

for call in write writev pwritev2; do
	# shellcheck disable=SC2086
	check "$call: the file holds what was told" put_to_file "$call" 1 $lengths
done

both_sides() {
	bare talk "$@" && python3 - <<'END'
import glob
import os
out = {os.path.basename(n): open(n, "rb").read() for n in glob.glob("truth/*.out.*")}
into = {os.path.basename(n): open(n, "rb").read() for n in glob.glob("truth/*.in.*")}
assert len(out) == 2 and min(len(data) for data in out.values()) > 1000, "nothing was sent"
assert sorted(out.values()) == sorted(into.values()), "sent is not received"
assert out[sorted(out)[0]] != out[sorted(out)[1]], "both directions are the same"
END
}

# shellcheck disable=SC2086
for pair in write:read writev:readv pwritev2:preadv2 sendto:recvfrom sendmsg:recvmsg \
	sendmmsg:recvmmsg; do
	for kind in tcp6 udp4 unix-dgram pair-seqpacket; do
		check "$pair over $kind: sent is received" both_sides \
			$kind ${pair%:*} ${pair#*:} $lengths
	done
done

head -c 300000 /dev/urandom >file
for call in read readv; do
	rm -rf truth
	mkdir truth
	get "$call" 0 1 4096 65537 <file
	check "$call: the file is what was told" cmp <(told 0 in) file
done

# A run directory as a perfect recorder would leave it, and an iotap-show that believes it.
export iotap_show=$tmp/show
cat >show <<'END'
#!/bin/sh
[ "$1" = --verify ] || cat run/streams.json
END
chmod +x show
perfect() {
	rm -rf run
	mkdir run run/index
	python3 - <<'END'
import json
import os
import struct
open("run/index/streams", "wb").write(struct.pack("<8sHHIII", b"", 1, 2, 48, 0, 0).ljust(48))
json.dump({"complete": True, "lost": 0, "holes": 0}, open("run/run.json", "w"))
with open("run/streams.json", "w") as streams:
    for number, name in enumerate(sorted(os.listdir("truth"))):
        part = name.split(".")
        if len(part) != 4 or part[2] not in ("in", "out"):
            continue
        data = open("truth/" + name, "rb").read()
        open("run/" + name, "wb").write(data)
        row = {"stream": number, "pid": int(part[0]), "fd": int(part[1]), "direction": part[2],
               "generation": int(part[3]), "length": len(data), "captured": len(data),
               "lost": 0, "in_kernel": 0, "cut": 0, "complete": True, "kind": "socket",
               "name": "", "segments": [[0, len(data), name]]}
        named = f"truth/{part[0]}.{part[1]}.{part[3]}.name"
        if os.path.exists(named):
            row["kind"], row["name"] = open(named).read().split("\n")
        streams.write(json.dumps(row) + "\n")
END
}
check "the calls are there" bare talk tcp4 sendmsg recvmsg 70000 100
perfect
check "a perfect run passes" "$compare" run truth

# refused NAME COMMAND...: the comparer notices what the command does to a perfect run
refused() {
	local name=$1
	shift
	perfect
	"$@"
	status_of 1 "noticed: $name" "$compare" run truth
}
stream=$(cd truth && find . -name "*.out.1" -size +50k | head -n 1)
edit() {
	sed -i "$1" run/streams.json
}
overwrite() {
	printf '%b' "$2" | dd of="run/$stream" bs=1 seek="$1" conv=notrunc status=none
}
shift_bytes() {
	{ head -c 50 "truth/$stream"; tail -c +52 "truth/$stream"; printf x; } >"run/$stream"
}
swap_pages() {
	dd if="truth/$stream" of="run/$stream" bs=4096 count=1 seek=1 conv=notrunc status=none
}
refused "one byte is another" overwrite 5000 '\0\0'
refused "all from one byte on is shifted" shift_bytes
refused "a page twice" swap_pages
refused "the stream file is short" truncate -s 100 "run/$stream"
refused "the stream file is not there" rm "run/$stream"
refused "a stream is missing" edit 1d
refused "a stream too many" edit '1{p;s/"fd": [0-9]*/"fd": 77/}'
refused "another length" edit '1s/"length": /"length": 1/'
refused "not complete" edit '1s/"complete": true/"complete": false/'
refused "lost bytes" edit '1s/"lost": 0/"lost": 5/'
refused "another name" edit 's/"name": "tcp/"name": "udp/'
refused "another kind" edit 's/"kind": "socket/"kind": "file/'
refused "the run is not complete" sed -i 's/true/false/' run/run.json
refused "the run lost bytes" sed -i 's/"lost": 0/"lost": 1/' run/run.json

check "calls of threads are told" bare onto 1 null tree threads
threads() {
	perfect
	python3 - "$1" <<'END'
import glob
import json
import random
import struct
import sys
queues = []
for name in sorted(glob.glob("truth/*.calls.*")):
    data = open(name, "rb").read()
    queue, at = [], 0
    while at < len(data):
        size = struct.unpack_from("<Q", data, at)[0]
        queue.append(data[at + 8:at + 8 + size])
        at += 8 + size
    queues.append(queue)
assert len(queues) == 4 and all(len(queue) == 500 for queue in queues)
random.seed(1)
order = [i for i, queue in enumerate(queues) for _ in queue]
random.shuffle(order)
heads = [iter(queue) for queue in queues]
calls = [next(heads[i]) for i in order]
if sys.argv[1] == "twice":
    calls[77] = calls[78]
if sys.argv[1] == "torn":
    calls[77:79] = [calls[77][:5] + calls[78] + calls[77][5:]]
if sys.argv[1] == "order":
    first, second = [k for k, i in enumerate(order) if i == 2][5:7]
    calls[first], calls[second] = calls[second], calls[first]
data = b"".join(calls)
open("run/bytes", "wb").write(data)
pid, fd, _, generation = name.split("/")[1].split(".")[:4]
kind, named = open(f"truth/{pid}.{fd}.{generation}.name").read().split("\n")
json.dump({"stream": 1, "pid": int(pid), "fd": 1, "direction": "out", "generation": 1,
           "length": len(data), "captured": len(data), "lost": 0, "in_kernel": 0, "cut": 0,
           "complete": True, "kind": kind, "name": named,
           "segments": [[0, len(data), "bytes"]]}, open("run/streams.json", "w"))
END
}
threads fine
check "calls of threads in any order pass" "$compare" run truth
for harm in twice torn order; do
	threads $harm
	status_of 1 "noticed: calls of threads: $harm" "$compare" run truth
done
# A hole of 100 bytes at 5000 in a run that lost something.
hole() {
	perfect
	python3 - "$stream" "$1" "$2" <<'END'
import json
import struct
import sys
name, at, size = sys.argv[1][2:], int(sys.argv[2]), int(sys.argv[3])
rows = [json.loads(line) for line in open("run/streams.json")]
row = next(row for row in rows if row["segments"][0][2] == name)
row.update(lost=100, captured=row["length"] - 100, complete=False)
open("run/streams.json", "w").write("".join(json.dumps(row) + "\n" for row in rows))
json.dump({"complete": False, "lost": 100, "holes": 1}, open("run/run.json", "w"))
with open("run/index/streams", "ab") as index:
    index.write(struct.pack("<IIIIIIQQQ", 3, 32, 0, 32, row["stream"], 1, at, size, 0))
with open("run/" + name, "r+b") as file:
    file.seek(5000)
    file.write(bytes(100))
END
}
check "a stream of its own for holes" bare talk tcp4 sendmsg recvmsg 70000 100
stream=$(cd truth && find . -name "*.out.1" -size +50k | head -n 1)
hole 5000 100
check "a hole passes where bytes may be missing" "$compare" --lossy run truth
status_of 1 "noticed: a hole where nothing may be missing" "$compare" run truth
for place in '4990 100' '5000 99' '5010 100'; do
	# shellcheck disable=SC2086
	hole $place
	status_of 1 "noticed: a hole at $place" "$compare" --lossy run truth
done
hole 5000 100
overwrite 5050 x
status_of 1 "noticed: bytes in a hole" "$compare" --lossy run truth
hole 5000 100
overwrite 6000 '\0'
status_of 1 "noticed: a difference beside the hole" "$compare" --lossy run truth

# The same for lives.
tiny=$IOTAP_BUILD/tests/prog/tiny
lives=$IOTAP_SOURCE/tests/capture/compare-lives
cat >show <<'END'
#!/bin/sh
cat "run/${1#--}"
END
# shellcheck disable=SC2016 # the inner shell expands it
check "lives are told" bare sh -c 'many 3 "$0" >/dev/null' "$tiny"
perfect_lives() {
	rm -rf run
	mkdir run run/index
	python3 - <<'END'
import json
import struct
open("run/index/processes", "wb").write(struct.pack("<40xQ", 1000))
open("run/run.json", "w").write(json.dumps({"complete": True, "processes": 4}))
lives = [json.loads(line) for line in open("truth/lives")]
rows = [{"process": 1, "pid": lives[0]["ppid"]}]
streams = []
for number, life in enumerate(lives):
    text = bytes.fromhex(life["text"])
    open(f"run/{number}", "wb").write(text)
    streams.append({"process": number + 2, "fd": 1, "file": str(number)})
    rows.append({"process": number + 2, "parent": 1, "pid": life["pid"], "ppid": life["ppid"],
                 "comm": "tiny", "exe": bytes.fromhex(life["exe"]).decode(),
                 "cwd": bytes.fromhex(life["cwd"]).decode(), "uid": life["uid"],
                 "argv": [bytes.fromhex(arg).decode() for arg in life["argv"]],
                 "start_ns": life["after"] - 1000, "end_ns": life["before"] - 1000,
                 "exit_code": life["exit_code"], "signal": None, "threads": 1,
                 "bytes_out": len(text)})
for name, what in ("processes", rows), ("streams", streams):
    open("run/" + name, "w").write("".join(json.dumps(row) + "\n" for row in what))
END
}
perfect_lives
check "perfect lives pass" "$lives" run truth
while read -r name edit; do
	perfect_lives
	sed -i "$edit" run/processes
	status_of 1 "noticed: lives: $name" "$lives" run truth
done <<'END'
missing 2d
double 2p
pid 2s/"pid": /"pid": 1/
parent 3s/"parent": 1/"parent": 2/
argument 3s/process 1/process 2/
fewer 2s/, "process 0[^]]*//
comm 4s/"comm": "tiny"/"comm": "many"/
exe 2s/"exe": "/"exe": "x/
cwd 2s/"cwd": "/"cwd": "x/
uid 2s/"uid": 0/"uid": 1/
code 3s/"exit_code": 1/"exit_code": 2/
signal 3s/"signal": null/"signal": 9/
early 2s/"start_ns": ../"start_ns": /
late 2s/"end_ns": /"end_ns": 1/
endless 2s/"end_ns": [0-9]*/"end_ns": null/
threads 2s/"threads": 1/"threads": 2/
bytes 2s/"bytes_out": 1/"bytes_out": 2/
END
perfect_lives
printf x >>run/2
status_of 1 "noticed: lives: another text" "$lives" run truth
finish
