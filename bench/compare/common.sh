# Shared by tcp.sh, http.sh, idle.sh and waiting.sh; sourced, not run. Starts backends and proxies and ends exactly what it started.
# shellcheck shell=bash

readonly load_cpu=1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root
readonly tool="$root/bench/LbCore.LoadTool/bin/Release/net10.0/LbCore.LoadTool"
readonly memory_host_project="$root/bench/LbCore.MemoryHost"
readonly server_project="$root/src/LbCore.Server"

# What is relayed: connections, or HTTP requests.
mode=tcp

# Options that the scripts know; their parsers set them.
base_port=21000
engine=auto
build=yes
lbcore_path=
lbcore_aot_path=
declare -a proxies=()

work=
declare -a started=()
declare -A proxy_pid=()
declare -A proxy_address=()

fail() {
    echo "${0##*/}: $*" >&2
    exit 3
}

bad_usage() {
    echo "${0##*/}: $* (--help lists the options)" >&2
    exit 2
}

# require_number OPTION VALUE
require_number() {
    [[ ${2-} =~ ^[1-9][0-9]*$ ]] || bad_usage "$1 needs a number above zero"
}

# Ends everything that start() started, by pid and in reverse order; nginx and HAProxy end their workers themselves.
stop_all() {
    local i pid
    for ((i = ${#started[@]} - 1; i >= 0; i--)); do
        pid=${started[i]}
        kill -TERM "$pid" 2>/dev/null || continue
        for _ in {1..50}; do
            kill -0 "$pid" 2>/dev/null || continue 2
            sleep 0.1
        done
        kill -KILL "$pid" 2>/dev/null || true
    done
    for pid in "${started[@]}"; do
        wait "$pid" 2>/dev/null || true
    done
    started=()
}

finish() {
    local code=$?
    trap - EXIT
    stop_all
    if [[ -n $work ]]; then
        if ((code == 3)); then
            echo "logs are left in $work" >&2
        else
            rm -rf "$work"
        fi
    fi
    exit "$code"
}

prepare() {
    local name needed=()
    work=$(mktemp -d "${TMPDIR:-/tmp}/lbcore-compare.XXXXXX")
    trap finish EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    (($(nproc --all) > load_cpu)) || fail "needs two processors: the layouts name CPU 0 and CPU 1"
    command -v taskset >/dev/null || fail "taskset is missing (Debian: util-linux)"
    for name in "${proxies[@]}"; do
        case $name in
            nginx) nginx_bin=$(find_program nginx) || fail "nginx is missing (Debian: nginx-light libnginx-mod-stream)" ;;
            haproxy) haproxy_bin=$(find_program haproxy) || fail "haproxy is missing (Debian: haproxy)" ;;
            lbcore | lbcore-aot | host | host-aot) needed+=("$name") ;;
            *) bad_usage "$name is not a proxy that this script knows" ;;
        esac
    done
    build_all "${needed[@]}"
}

find_program() {
    command -v "$1" || PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1"
}

# Builds the tool and those of ours that are wanted and not given by path. Everything goes to a log: it is shown on failure.
build_all() {
    local name
    if [[ $build == yes ]]; then
        run_dotnet build "$root/bench/LbCore.LoadTool" -c Release
    fi
    [[ -x $tool ]] || fail "$tool is missing: leave out --no-build"
    for name in "$@"; do
        case $name in
            lbcore) lbcore_path=${lbcore_path:-$(jit_binary "$server_project" lbcore)} ;;
            lbcore-aot) lbcore_aot_path=${lbcore_aot_path:-$(aot_binary "$server_project" lbcore)} ;;
            host) host_path=$(jit_binary "$memory_host_project" LbCore.MemoryHost) ;;
            host-aot) host_aot_path=$(aot_binary "$memory_host_project" LbCore.MemoryHost) ;;
        esac || exit
    done
}

run_dotnet() {
    dotnet "$@" --nologo -v quiet >>"$work/build.log" 2>&1 || {
        grep -E ': error ' "$work/build.log" | sort -u | tail -n 20 >&2 || tail -n 20 "$work/build.log" >&2
        fail "dotnet $1 failed"
    }
}

jit_binary() {
    local binary="$1/bin/Release/net10.0/$2"
    [[ $build == no ]] || run_dotnet build "$1" -c Release
    [[ -x $binary ]] || fail "$binary is missing: leave out --no-build"
    echo "$binary"
}

aot_binary() {
    local folder="$root/artifacts/compare/${1##*/}"
    [[ $build == no ]] || run_dotnet publish "$1" -c Release --use-current-runtime -p:PublishAot=true -o "$folder"
    [[ -x $folder/$2 ]] || fail "$folder/$2 is missing: leave out --no-build"
    echo "$folder/$2"
}

# start CPU LOG COMMAND…   leaves the pid in $!
start() {
    local cpu=$1 log=$2
    shift 2
    taskset -c "$cpu" "$@" >"$log" 2>&1 &
    started+=($!)
}

# Two backends behind one thread; every proxy balances over both.
start_backends() {
    backend_a=127.0.0.1:$((base_port + 1))
    backend_b=127.0.0.1:$((base_port + 2))
    local role=serve
    [[ $mode == tcp ]] || role=web
    start "$load_cpu" "$work/backends.log" "$tool" "$role" --listen "$backend_a,$backend_b"
    until grep -qx ready "$work/backends.log"; do
        kill -0 "${started[-1]}" 2>/dev/null || fail "the backends have ended: $(cat "$work/backends.log")"
        sleep 0.1
    done
}

# start_proxy NAME CPU CONNECTIONS   and returns when it relays
start_proxy() {
    local name=$1 cpu=$2 connections=$3 address index
    for index in "${!proxies[@]}"; do
        [[ ${proxies[index]} != "$name" ]] || address=127.0.0.1:$((base_port + 10 + index))
    done
    case $name in
        nginx)
            write_nginx_config "$address" "$connections"
            start "$cpu" "$work/nginx.log" "$nginx_bin" -p "$work" -e stderr -c "$work/nginx.conf"
            ;;
        haproxy)
            write_haproxy_config "$address" "$connections"
            start "$cpu" "$work/haproxy.log" "$haproxy_bin" -db -f "$work/haproxy.cfg"
            ;;
        lbcore) start_lbcore "$name" "$lbcore_path" "$cpu" "$address" ;;
        lbcore-aot) start_lbcore "$name" "$lbcore_aot_path" "$cpu" "$address" ;;
        host) start_host "$name" "$host_path" "$cpu" "$address" ;;
        host-aot) start_host "$name" "$host_aot_path" "$cpu" "$address" ;;
    esac
    proxy_pid[$name]=${started[-1]}
    proxy_address[$name]=$address
    # The check runs on the load's processor too, so that nothing is spread over both while it warms up.
    if [[ $mode == tcp ]]; then
        taskset -c "$load_cpu" "$tool" check --target "$address" --wait 20 >/dev/null ||
            fail "$name does not relay: $(tail -n 5 "$work/$name.log")"
    else
        check_http "$name" "$address"
    fi
    # Somebody else on the port would answer as well.
    kill -0 "${proxy_pid[$name]}" 2>/dev/null || fail "$name has ended: $(tail -n 5 "$work/$name.log")"
}

# A proxy may accept before its backends are there, so only answers count.
check_http() {
    local try
    for try in {1..50}; do
        if taskset -c "$load_cpu" "$tool" http --target "$2" --connections 8 --warmup 0 --seconds 1 >"$work/check.log" 2>&1; then
            return
        fi
        sleep 0.1
    done
    fail "$1 does not answer, after $try tries: $(tail -n 2 "$work/check.log" "$work/$1.log")"
}

# All connections of the load are of one address, and each brings more requests than a client's ever does.
start_lbcore() {
    local http=()
    [[ $mode == tcp ]] || http=(--set listeners.listen1.limits.requests=1000000000)
    start "$3" "$work/$1.log" "$2" proxy --mode "$mode" --listen "$4" --backend "$backend_a" --backend "$backend_b" \
        --loops 1 --engine "$engine" --set listeners.listen1.maxConnectionsPerAddress=1000000 "${http[@]}"
}

write_nginx_config() {
    if [[ $mode == tcp ]]; then
        write_nginx_stream_config "$@"
    else
        write_nginx_http_config "$@"
    fi
}

# One buffer would do for small answers; with these a body of 64 KiB is passed on from memory, not from a file. When fewer
# than a sixteenth of its connections are free, nginx closes those that wait for a request, so there are more to spare.
write_nginx_http_config() {
    cat <<EOF >"$work/nginx.conf"
daemon off;
worker_processes 1;
worker_rlimit_nofile $(($2 * 2 + 512));
error_log stderr crit;
pid $work/nginx.pid;
events { worker_connections $(($2 * 9 / 4 + 256)); }
http {
    access_log off;
    tcp_nodelay on;
    keepalive_requests 1000000000;
    keepalive_timeout 10m;
    client_body_temp_path $work/client;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    upstream backends { server $backend_a; server $backend_b; keepalive 128; keepalive_requests 1000000000; keepalive_timeout 10m; }
    server {
        listen $1 backlog=4096;
        location / {
            proxy_pass http://backends;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;
            proxy_buffers 16 16k;
            proxy_connect_timeout 5s;
            proxy_read_timeout 10m;
        }
    }
}
EOF
}

# Each side of a relayed connection is one of nginx's connections, hence twice as many and some to spare.
write_nginx_stream_config() {
    local module
    for module in /usr/lib/nginx/modules /usr/lib64/nginx/modules /usr/share/nginx/modules; do
        [[ ! -e $module/ngx_stream_module.so ]] || break
    done
    {
        # Without a module file the stream module may be compiled in.
        [[ ! -e $module/ngx_stream_module.so ]] || echo "load_module $module/ngx_stream_module.so;"
        cat <<EOF
daemon off;
worker_processes 1;
worker_rlimit_nofile $(($2 * 2 + 512));
error_log stderr crit;
pid $work/nginx.pid;
events { worker_connections $(($2 * 2 + 256)); }
stream {
    access_log off;
    tcp_nodelay on;
    proxy_connect_timeout 5s;
    proxy_timeout 10m;
    upstream backends { server $backend_a; server $backend_b; }
    server { listen $1 backlog=4096; proxy_pass backends; }
}
EOF
    } >"$work/nginx.conf"
}

# No logging, no splicing, one thread; no health checks, which nginx and lbcore do not run here either.
write_haproxy_config() {
    local http=
    [[ $mode == tcp ]] || http=$'    option forwardfor\n    http-reuse always\n    timeout http-request 10s\n    timeout http-keep-alive 10m'
    cat >"$work/haproxy.cfg" <<EOF
global
    nbthread 1
    maxconn $(($2 + 64))
defaults
    mode $mode
$http
    balance roundrobin
    timeout connect 5s
    timeout client 10m
    timeout server 10m
frontend front
    bind $1 backlog 4096
    maxconn $(($2 + 64))
    default_backend backends
backend backends
    server a $backend_a
    server b $backend_b
EOF
}

describe_machine() {
    local name
    echo "Processor: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc --all) processors. Kernel $(uname -r)."
    for name in "${proxies[@]}"; do
        case $name in
            nginx) echo "nginx: $("$nginx_bin" -v 2>&1)" ;;
            haproxy) echo "haproxy: $("$haproxy_bin" -v | head -n 1)" ;;
            lbcore) echo "lbcore: $lbcore_path (.NET $(dotnet --version)), engine $engine" ;;
            lbcore-aot) echo "lbcore-aot: $lbcore_aot_path, engine $engine" ;;
        esac
    done
}
