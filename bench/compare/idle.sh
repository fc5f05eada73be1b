#!/usr/bin/env bash
# Measures what connections that do nothing cost: resident memory and CPU of nginx stream, HAProxy tcp and LbCore.
set -euo pipefail

usage() {
    cat <<'EOF'
bench/compare/idle.sh [OPTION…]

One proxy after the other: resident memory and CPU without a connection, then with many relayed ones that each echoed
one byte and are left alone, then KiB per connection. At the end every connection is asked whether it still works.

  --proxies LIST       of nginx,haproxy,lbcore,lbcore-aot,host,host-aot; default nginx,haproxy,lbcore,host
                       host is the same library without the command line, and is made to collect before memory is read
  --connections N      default 7000; the proxy needs two descriptors for each
  --silent             the connections say nothing, not even one byte
  --cpu-seconds N      length of the idle CPU windows, precise to 10 ms; default 20
  --settle N           seconds after the warm-up and after the connections, so that pools shrink; default 15
  --engine NAME        lbcore's engine: auto (default), epoll, managed
  --lbcore PATH        a built lbcore instead of building src/LbCore.Server
  --lbcore-aot PATH    a published one instead of publishing it
  --no-build           use what was built before
  --base-port N        first of the ports used on 127.0.0.1; default 21000
  --check              exit 1 when a figure of LbCore is over its limit: host and host-aot 1.5 KiB per connection,
                       lbcore-aot 16 MB without a connection, all 0.5 % of a core while idle

Exit codes: 0 fine, 1 over a limit, 2 bad usage, 3 could not measure.
EOF
}

# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=memory.sh
source "$(dirname "${BASH_SOURCE[0]}")/memory.sh"

proxies=(nginx haproxy lbcore host)
connections=7000
silent=()
cpu_seconds=20
settle=15
host_path=
host_aot_path=

while (($# > 0)); do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --check) check=yes ;;
        --silent) silent=(--silent) ;;
        --no-build) build=no ;;
        *)
            (($# > 1)) || bad_usage "$1 is unknown or needs a value"
            case $1 in
                --proxies) IFS=, read -r -a proxies <<<"$2" ;;
                --connections) require_number "$@"; connections=$2 ;;
                --cpu-seconds) require_number "$@"; cpu_seconds=$2 ;;
                --settle) require_number "$@"; settle=$2 ;;
                --engine) engine=$2 ;;
                --lbcore) lbcore_path=$2 ;;
                --lbcore-aot) lbcore_aot_path=$2 ;;
                --base-port) require_number "$@"; base_port=$2 ;;
                *) bad_usage "$1 is unknown" ;;
            esac
            shift
            ;;
    esac
    shift
done

# start_host NAME PATH CPU ADDRESS   the commands go through a pipe, the answers come in the log
start_host() {
    mkfifo "$work/$1.commands"
    taskset -c "$3" "$2" "$engine" "$4" "$backend_a" "$backend_b" <"$work/$1.commands" >"$work/$1.log" 2>&1 &
    started+=($!)
    exec {host_commands}>"$work/$1.commands"
}

# Makes the proxy collect if it is one that can be told to.
collect() {
    local name=$1 before
    [[ $name == host* ]] || return 0
    before=$(wc -l <"$work/$name.log")
    echo gc >&"$host_commands"
    wait_until "$name answers gc" more_lines "$work/$name.log" "$before"
}

more_lines() {
    (($(wc -l <"$1") > $2))
}

cpu_us() {
    local json
    json=$("$tool" stat --pid "$1")
    echo $(($(field user_us "$json") + $(field kernel_us "$json")))
}

# Percent of one core, with two decimals, over the window.
idle_percent() {
    local before after
    before=$(cpu_us "$1")
    sleep "$cpu_seconds"
    after=$(cpu_us "$1")
    awk -v us=$((after - before)) -v seconds="$cpu_seconds" 'BEGIN { printf "%.2f", us / seconds / 10000 }'
}

measure() {
    local name=$1 pid empty full per empty_mb full_mb empty_cpu full_cpu holder hold
    start_backends
    start_proxy "$name" "$load_cpu" "$connections"
    pid=${proxy_pid[$name]}

    # The first connections load libraries and have code compiled, again and again until it is optimised: that is not what
    # a connection costs, and with fewer rounds the rest of it came later and was counted. Few connections at a time, so
    # that tables and pools do not grow to their full size here: that is what a connection costs.
    for _ in {1..40}; do
        taskset -c "$load_cpu" "$tool" idle --target "${proxy_address[$name]}" --connections 200 </dev/null >/dev/null ||
            fail "$name failed while it was warmed up"
    done
    sleep "$settle"
    collect "$name"
    empty=$(resident_kib "$pid")
    empty_cpu=$(idle_percent "$pid")

    mkfifo "$work/$name.hold"
    taskset -c "$load_cpu" "$tool" idle --target "${proxy_address[$name]}" --connections "$connections" "${silent[@]}" \
        <"$work/$name.hold" >"$work/$name.idle" 2>&1 &
    holder=$!
    started+=("$holder")
    exec {hold}>"$work/$name.hold"
    wait_until "$name takes $connections connections" is_ready "$holder" "$work/$name.idle"
    sleep "$settle"
    collect "$name"
    full=$(resident_kib "$pid")
    full_cpu=$(idle_percent "$pid")

    exec {hold}>&-
    wait "$holder" || fail "$name lost connections: $(tail -n 1 "$work/$name.idle")"
    if [[ $name == host* ]]; then
        exec {host_commands}>&-
    fi
    stop_all

    per=$(awk -v kib=$((full - empty)) -v count="$connections" 'BEGIN { printf "%.2f", kib / count }')
    empty_mb=$(awk -v kib="$empty" 'BEGIN { printf "%.1f", kib * 1024 / 1e6 }')
    full_mb=$(awk -v kib="$full" 'BEGIN { printf "%.1f", kib * 1024 / 1e6 }')
    rows+=("| $name | $empty_mb | $full_mb | $per | $empty_cpu | $full_cpu |")
    case $name in
        host*) limit "$name" "KiB per connection" "$per" 1.5 ;;
        lbcore-aot) limit "$name" "MB without a connection" "$empty_mb" 16 ;;
    esac
    case $name in
        host* | lbcore*)
            limit "$name" "% of a core without a connection" "$empty_cpu" 0.5
            limit "$name" "% of a core with $connections" "$full_cpu" 0.5
            ;;
    esac
}

raise_descriptor_limit
prepare
describe_machine
declare -a rows=()
for proxy in "${proxies[@]}"; do
    echo "$proxy: $connections idle connections" >&2
    measure "$proxy"
done

echo
echo "Idle, $connections relayed connections${silent[*]:+ that said nothing}"
echo
echo "| proxy | resident MB, none | resident MB, $connections | KiB per connection | CPU %, none | CPU %, $connections |"
echo "|---|---|---|---|---|---|"
printf '%s\n' "${rows[@]}"
if ((${#verdicts[@]} > 0)); then
    echo
    printf '%s\n' "${verdicts[@]}"
fi
((over == 0)) || exit 1
