#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A job as they are in real life: a pipeline, children in the background, a Python program, a server
# and its client, output to /dev/null, stdout and stderr mixed.
#
# In: nothing. Out: text on stdout and stderr; status 0 when all of it worked. Everything that it
# needs while it runs is in a temporary directory; the server listens on the loopback interface
# only.
# Needs python3 and curl. Works alone as well as under iotap-run.

set -eu

work=$(mktemp -d)
server=
cleanup() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || :
	rm -rf "$work"
}
trap cleanup EXIT
cd "$work"

say() {
	echo "[job] $*"
}

warn() {
	echo "[job] warning: $*" >&2
}

say "a Python program makes the input"
python3 - 60 <<'END'
import subprocess
import sys

count = int(sys.argv[1])
with open("records", "w", encoding="ascii") as records:
    for i in range(count):
        print(i * 7919 % 1000, f"record-{i}", i * i % 7, file=records)
print(f"[python] {count} records", flush=True)
print("[python] and one line for stderr", file=sys.stderr, flush=True)
subprocess.run(["sh", "-c", "echo '[python] a child of it'; echo '[python] says two things' >&2"],
               check=True)
END
warn "the records are not sorted"

say "the four most frequent keys, through a pipeline"
cut -d ' ' -f 3 records | sort -n | uniq -c | sort -k 1,1nr -k 2,2n | head -n 4

say "three children in the background"
children=
for name in red green blue; do
	(
		echo "[$name] sorts"
		sort -n records >"$name.sorted"
		echo "[$name] has $(wc -l <"$name.sorted") lines" >&2
	) &
	children="$children $!"
done
for child in $children; do
	wait "$child"
done

say "nobody is to see this" >/dev/null
sha256sum records ./*.sorted >/dev/null
ls -l "$work/nothing-here" >/dev/null 2>&1 || warn "a file is not there, as expected"

say "a server and its client"
mkfifo ready
cat >server.py <<'END'
import http.server
import signal
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(b"you asked for %s\n" % self.path.encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(b"%d bytes, %d lines\n" % (len(body), body.count(b"\n")))

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


# Port 0: the kernel chooses one that is free. Whoever reads it from the FIFO may connect.
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with open("ready", "w", encoding="ascii") as ready:
    ready.write(f"{server.server_port}\n")
server.serve_forever()
END
python3 server.py 2>access.log &
server=$!
read -r port <ready
curl --silent --show-error --fail --noproxy '*' "http://127.0.0.1:$port/greeting?to=world"
curl --silent --show-error --fail --noproxy '*' --data-binary @records \
	"http://127.0.0.1:$port/records"
curl --silent --show-error --fail --noproxy '*' --output /dev/null \
	"http://127.0.0.1:$port/unseen"
kill "$server"
wait "$server"
server=
say "the server saw $(grep -c ' 200 ' access.log) requests"

warn "that was all"
say "done"
