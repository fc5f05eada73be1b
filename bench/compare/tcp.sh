#!/usr/bin/env bash
# Measures CPU per relayed message and per relayed byte of nginx stream, HAProxy tcp and LbCore, side by side.
set -euo pipefail

usage() {
    cat <<'EOF'
bench/compare/tcp.sh [OPTION…]

Starts two backends and every proxy in front of them, warms each up, then measures in interleaved rounds (A B C A B C)
64-byte ping-pong over 64 connections and bulk downloads over 1 and 8 streams. Prints Markdown tables of medians.

  --proxies LIST       of nginx,haproxy,lbcore,lbcore-aot; default nginx,haproxy,lbcore
  --layout NAME        one-core   everything on CPU 1 (default; the quiet one, which --check judges)
                       two-cores  the proxy alone on CPU 0, everything else on CPU 1
                       both
  --rounds N           interleaved rounds; default 7
  --seconds N          length of one ping-pong window; default 5
  --bulk-mib N         MiB of one bulk window, over all its streams; default 4096
  --warmup N           seconds of ping-pong before the first round, for each proxy; default 5
  --connections N      of ping-pong; default 64
  --size N             bytes of a message; default 64
  --engine NAME        lbcore's engine: auto (default), epoll, managed
  --lbcore PATH        a built lbcore instead of building src/LbCore.Server
  --lbcore-aot PATH    a published one instead of publishing it
  --no-build           use what was built before
  --base-port N        first of the ports used on 127.0.0.1; default 21000
  --output FILE        keep the single windows as lines of JSON
  --check              exit 1 when an acceptance ratio is missed (layout one-core): CPU per message at most 1.0 × the
                       better of nginx and HAProxy, bulk MB per CPU second at least 1.2 × nginx

Exit codes: 0 fine, 1 a ratio was missed, 2 bad usage, 3 could not measure.
EOF
}

# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

proxies=(nginx haproxy lbcore)
layouts=(one-core)
rounds=7
seconds=5
bulk_mib=4096
warmup=5
connections=64
size=64
output=
check=()

while (($# > 0)); do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --check) check=(--check) ;;
        --no-build) build=no ;;
        *)
            (($# > 1)) || bad_usage "$1 is unknown or needs a value"
            case $1 in
                --proxies) IFS=, read -r -a proxies <<<"$2" ;;
                --layout)
                    case $2 in
                        both) layouts=(one-core two-cores) ;;
                        one-core | two-cores) layouts=("$2") ;;
                        *) bad_usage "--layout is one-core, two-cores or both" ;;
                    esac
                    ;;
                --rounds) require_number "$@"; rounds=$2 ;;
                --seconds) require_number "$@"; seconds=$2 ;;
                --bulk-mib) require_number "$@"; bulk_mib=$2 ;;
                --warmup) require_number "$@"; warmup=$2 ;;
                --connections) require_number "$@"; connections=$2 ;;
                --size) require_number "$@"; size=$2 ;;
                --engine) engine=$2 ;;
                --lbcore) lbcore_path=$2 ;;
                --lbcore-aot) lbcore_aot_path=$2 ;;
                --base-port) require_number "$@"; base_port=$2 ;;
                --output) output=$2 ;;
                *) bad_usage "$1 is unknown" ;;
            esac
            shift
            ;;
    esac
    shift
done

load() {
    taskset -c "$load_cpu" "$tool" "$@"
}

# measure LAYOUT ROUND PROXY SCENARIO…
measure() {
    local layout=$1 round=$2 name=$3
    shift 3
    load "$@" --target "${proxy_address[$name]}" --pid "${proxy_pid[$name]}" --label "$name" --layout "$layout" --round "$round" \
        >>"$output" || fail "$name, round $round: $1 failed: $(tail -n 5 "$work/$name.log")"
}

# Tier-up of just-in-time code, pools and page faults all happen here, the same way for every proxy.
warm_up() {
    local name=$1
    load pingpong --target "${proxy_address[$name]}" --connections "$connections" --size "$size" --warmup 0 --seconds "$warmup" >/dev/null &&
        load bulk --target "${proxy_address[$name]}" --streams 8 --mib 64 >/dev/null &&
        load bulk --target "${proxy_address[$name]}" --streams 1 --mib 512 >/dev/null ||
        fail "$name failed while it was warmed up: $(tail -n 5 "$work/$name.log")"
}

run_layout() {
    local layout=$1 cpu=$load_cpu name round
    [[ $layout == one-core ]] || cpu=0
    start_backends
    for name in "${proxies[@]}"; do
        start_proxy "$name" "$cpu" 512
        warm_up "$name"
    done
    for ((round = 1; round <= rounds; round++)); do
        echo "$layout: round $round of $rounds" >&2
        for name in "${proxies[@]}"; do
            measure "$layout" "$round" "$name" pingpong --connections "$connections" --size "$size" --seconds "$seconds"
        done
        for name in "${proxies[@]}"; do
            measure "$layout" "$round" "$name" bulk --streams 1 --mib "$bulk_mib"
        done
        for name in "${proxies[@]}"; do
            measure "$layout" "$round" "$name" bulk --streams 8 --mib "$(((bulk_mib + 7) / 8))"
        done
    done
    stop_all
}

prepare
output=${output:-$work/windows.jsonl}
: >"$output"
describe_machine
for layout in "${layouts[@]}"; do
    run_layout "$layout"
done
"$tool" report --input "$output" "${check[@]}"
