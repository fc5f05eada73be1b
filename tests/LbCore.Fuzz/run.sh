#!/usr/bin/env bash
# Runs one target of the HTTP parsers, or all of them one after the other, under AFL++ for a bounded time on one core,
# and prints executions, coverage, crashes and hangs. Fails when there was a crash or a hang.
#
#   tests/LbCore.Fuzz/run.sh TARGET|all SECONDS [--keep] [--trim SECONDS]
#
#   --keep          replaces Corpus/TARGET.found.txt by the smallest set of inputs with the same coverage
#   --trim SECONDS  makes these inputs shorter too, as far as the time goes (with --keep)
#
# Needs afl++ (Debian: apt-get install --no-install-recommends afl++) and the .NET SDK. See docs/fuzzing.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work="$root/artifacts/fuzz"
sharpfuzz_version=2.3.0

# Longer inputs find no more and are slower: each is read byte by byte.
max_bytes=1024

give_up() {
    echo "run.sh: $1" >&2
    exit 2
}

usage() {
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"
    exit 2
}

[ $# -ge 2 ] || usage
target=$1 seconds=$2
shift 2
keep= trim=0
while [ $# -gt 0 ]; do
    case $1 in
        --keep) keep=yes ;;
        --trim) trim=${2:?} && shift ;;
        *) usage ;;
    esac
    shift
done
[[ $seconds =~ ^[1-9][0-9]*$ && $trim =~ ^[0-9]+$ ]] || usage
for tool in afl-fuzz afl-cmin afl-tmin dotnet; do
    command -v "$tool" >/dev/null || give_up "$tool is missing. On Debian: apt-get install --no-install-recommends afl++"
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# afl-cmin does not look for programs in PATH.
dotnet=$(command -v dotnet)

# The program is no native one, and nobody's settings of the machine are changed.
export AFL_SKIP_BIN_CHECK=1 AFL_NO_AFFINITY=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1

# A clone may lie under /tmp, and afl-cmin would refuse that.
export AFL_NO_UI=1 AFL_NO_COLOR=1 AFL_ALLOW_TMP=1

build() {
    mkdir -p "$work"
    if [ ! -x "$work/tools-$sharpfuzz_version/sharpfuzz" ]; then
        dotnet tool install SharpFuzz.CommandLine --version $sharpfuzz_version --tool-path "$work/tools-$sharpfuzz_version" >/dev/null
    fi

    # One copy as it is, and one that tells AFL which way it goes. The program that runs it must not be the same assembly.
    rm -rf "$work/plain" "$work/instrumented"
    dotnet publish "$root/tests/LbCore.Fuzz.Runner" -c Release -v q --nologo -o "$work/plain"
    cp -r "$work/plain" "$work/instrumented"
    "$work/tools-$sharpfuzz_version/sharpfuzz" "$work/instrumented/LbCore.Http.dll"
    "$work/tools-$sharpfuzz_version/sharpfuzz" "$work/instrumented/LbCore.dll" LbCore.Routing
}

plain() { dotnet "$work/plain/LbCore.Fuzz.Runner.dll" "$@"; }

count() { find "$1" -maxdepth 1 -type f -name "${2:-*}" 2>/dev/null | wc -l; }

stat_of() { awk -v key="$2" '$1 == key {print $3}' "$1"; }

minimise() {
    rm -rf "$2"
    mkdir -p "$2"
    afl-cmin -i "$1" -o "$2" -t 10000 -m none -- "$dotnet" "$work/instrumented/LbCore.Fuzz.Runner.dll" fuzz "$name" >"$dir/cmin.log" 2>&1 \
        || give_up "afl-cmin failed, see $dir/cmin.log"
}

# Shortest first: these are soonest done, and the corpus is made of short ones.
shorten() {
    local file end=$((SECONDS + trim))
    for file in $(find "$1" -type f -printf '%s %p\n' | sort -n | cut -d' ' -f2); do
        [ $SECONDS -lt $end ] || return 0
        if afl-tmin -i "$file" -o "$dir/shorter" -t 10000 -m none -- \
            "$dotnet" "$work/instrumented/LbCore.Fuzz.Runner.dll" fuzz "$name" >"$dir/tmin.log" 2>&1; then
            mv "$dir/shorter" "$file"
        fi
    done
}

# What the unit tests have: real messages, and what is just not one.
add_test_vectors() {
    local kinds kind
    case $name in
        request-heads) kinds=requests ;;
        response-heads) kinds=responses ;;
        chunked-bodies) kinds=chunked ;;
        request-pipelines) kinds=requests ;;
        response-pipelines) kinds=responses ;;
        paths | cookies | client-addresses | queries) kinds= ;;
        *) kinds='requests responses' ;;
    esac
    for kind in $kinds; do
        find "$root/tests/LbCore.Http.Tests/Corpus/$kind" -type f -size "-$((max_bytes + 1))c" -exec cp -t "$1" {} +
    done
}

run() {
    name=$1 dir="$work/$1"
    rm -rf "$dir"
    mkdir -p "$dir"
    plain unpack "$dir/seeds" "$here/Corpus/$name".txt "$here/Corpus/$name".found.txt
    add_test_vectors "$dir/seeds"
    plain check "$name" "$dir"/seeds/* || give_up "these seeds of $name fail already"
    afl-fuzz -V "$seconds" -i "$dir/seeds" -o "$dir/out" -x "$here/http.dict" -G $max_bytes -t 10000 -m none -- \
        "$dotnet" "$work/instrumented/LbCore.Fuzz.Runner.dll" fuzz "$name" >"$dir/afl.log" 2>&1 \
        || give_up "afl-fuzz failed, see $dir/afl.log"

    local out="$dir/out/default" stats="$dir/out/default/fuzzer_stats" crashes hangs
    crashes=$(count "$out/crashes" 'id:*') hangs=$(count "$out/hangs" 'id:*')
    echo "$name: $(stat_of "$stats" execs_done) executions in $(stat_of "$stats" run_time) s" \
        "($(stat_of "$stats" execs_per_sec) a second), $(stat_of "$stats" edges_found) edges," \
        "$(stat_of "$stats" corpus_count) inputs of $(count "$dir/seeds") seeds, last new one after" \
        "$(($(stat_of "$stats" last_find) > 0 ? $(stat_of "$stats" last_find) - $(stat_of "$stats" start_time) : 0)) s," \
        "$(stat_of "$stats" cycles_done) cycles, stability $(stat_of "$stats" stability), $crashes crashes, $hangs hangs"
    if [ "$((crashes + hangs))" -gt 0 ]; then
        found=yes
        plain check "$name" "$out"/crashes/id:* || true
        echo "The inputs are in $out/crashes and $out/hangs. afl-tmin makes one shorter, as this script does."
    fi

    if [ -n "$keep" ]; then
        minimise "$out/queue" "$dir/least"
        [ "$trim" -eq 0 ] || shorten "$dir/least"
        plain pack "$here/Corpus/$name.found.txt" "$dir/least"
        echo "$name: kept $(wc -l <"$here/Corpus/$name.found.txt") inputs, $(wc -c <"$here/Corpus/$name.found.txt") bytes"
    fi
}

build
found=
if [ "$target" = all ]; then
    for one in $(plain list); do
        run "$one"
    done
else
    plain list | grep -qx -e "$target" || give_up "there is no target '$target', only: $(plain list | tr '\n' ' ')"
    run "$target"
fi
[ -z "$found" ]
