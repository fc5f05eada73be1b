#!/usr/bin/env bash
# Publishes lbcore in each of its release shapes and measures what an operator sees of them: how long it takes until it
# serves, what it takes on disk, and how much memory it holds. Takes curl beside the .NET SDK, and for the native shape a C
# compiler and zlib's headers.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root
readonly shapes=(framework-dependent self-contained native)
rounds=15
requests=20000
published=

usage() {
    cat <<EOF
usage: ${0##*/} [options]
  --rounds N        starts of each shape, one after the other in turn (default $rounds)
  --requests N      requests before memory is read the second time (default $requests)
  --published DIR   use DIR/<shape>/lbcore, published before, instead of publishing
EOF
}

fail() {
    echo "${0##*/}: $*" >&2
    exit 3
}

while (($#)); do
    case $1 in
        --rounds | --requests)
            [[ ${2-} =~ ^[1-9][0-9]*$ ]] || { echo "${0##*/}: $1 needs a number above zero" >&2; exit 2; }
            [[ $1 == --rounds ]] && rounds=$2 || requests=$2
            shift 2
            ;;
        --published)
            [[ -n ${2-} ]] || { echo "${0##*/}: --published needs a folder" >&2; exit 2; }
            published=$2
            shift 2
            ;;
        --help) usage; exit 0 ;;
        *) echo "${0##*/}: $1 is not an option (--help lists them)" >&2; exit 2 ;;
    esac
done

work=$(mktemp -d "${TMPDIR:-/tmp}/lbcore-shapes.XXXXXX")
declare -a started=()

finish() {
    local pid
    for pid in "${started[@]}"; do
        kill -TERM "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap finish EXIT

command -v curl >/dev/null || fail "curl is missing"
if [[ -z $published ]]; then
    published=$work
    for shape in "${shapes[@]}"; do
        dotnet publish "$root/src/LbCore.Server" -p:PublishProfile="$shape" -o "$work/$shape" --nologo -v quiet >"$work/log" 2>&1 ||
            fail "publishing $shape failed: $(tail -n 5 "$work/log")"
    done
fi

# start SHAPE: leaves pid, port and the microseconds from exec to the ready line in the variables of these names.
start() {
    local line begin end
    begin=$EPOCHREALTIME
    coproc SERVER { exec "$published/$1/lbcore" proxy --listen 127.0.0.1:0 --backend 127.0.0.1:9 --log-level none; }
    pid=$SERVER_PID
    started=("$pid")
    IFS= read -r line <&"${SERVER[0]}" || fail "$1 did not start"
    end=$EPOCHREALTIME
    took=$((10#${end/./} - 10#${begin/./}))
    port=${line#ready http://127.0.0.1:}
    port=${port%% *}
}

stop() {
    kill -TERM "$pid"
    wait "$pid" || fail "it ended with $?"
    started=()
}

resident_kib() {
    awk '/^VmRSS:/ { print $2 }' "/proc/$pid/status"
}

median() {
    sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

for ((i = 0; i < rounds; i++)); do
    for shape in "${shapes[@]}"; do
        start "$shape"
        echo "$took" >>"$work/start.$shape"
        stop
    done
done

echo "shape                 start ms (min-max)    size MB    resident MB, started    after $requests requests"
for shape in "${shapes[@]}"; do
    start "$shape"
    idle=$(resident_kib)

    # Nobody listens there: each is answered 502 after a refused connection, which goes through most of the product. One
    # curl sends them all over one connection.
    curl --silent --output /dev/null "http://127.0.0.1:$port/[1-$requests]" || fail "$shape does not answer"
    used=$(resident_kib)
    stop
    size=$(find -L "$published/$shape" -type f ! -name '*.pdb' ! -name '*.dbg' -printf '%s\n' | awk '{ s += $1 } END { print s }')
    awk -v shape="$shape" -v took="$(median <"$work/start.$shape")" -v low="$(sort -n "$work/start.$shape" | head -n 1)" \
        -v high="$(sort -n "$work/start.$shape" | tail -n 1)" -v size="$size" -v idle="$idle" -v used="$used" 'BEGIN {
            printf "%-21s %6.0f (%.0f-%.0f) %15.1f %14.1f %22.1f\n", shape, took / 1000, low / 1000, high / 1000, size / 1e6, idle / 1024, used / 1024
        }'
done
