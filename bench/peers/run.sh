#!/usr/bin/env bash
# run.sh [-t THREADS] [PREFIX...]: every peer on the works whose names start with a prefix (B layers, C pools, D blocks,
# E networks, F image filters; all by default). Appends to $PEERS_HOME/raw, writes results.json and tables.md, and prints
# the best of each work.
#
# PEERS_LOCK: the file that every timed job locks (default $PEERS_HOME/bench.lock).
# PEERS_TRIES: how often a timing is repeated when other processes were busy (default 4; see README.md).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
shopt -s nullglob
export PEERS_HOME=${PEERS_HOME:-$HOME/.cache/convoy-peers}
threads="1 2"
if [[ ${1:-} == -t ]]; then threads=$2; shift 2; fi
(( $# > 0 )) || set -- B C D E F
cd "$PEERS_HOME"
mkdir -p raw
python=$PEERS_HOME/venv/bin/python

# timed SECONDS COMMAND...: alone, and not for ever. A peer that fails leaves a gap in the table.
timed() {
  local seconds=$1
  shift
  flock "${PEERS_LOCK:-$PEERS_HOME/bench.lock}" timeout "$seconds" "$@" || echo "failed: $*" >&2
}

onednn() { # THREADS WORK.txt...
  local t=$1 file layouts io mode modes="any b16"
  shift
  [[ ${ONEDNN_MAX_CPU_ISA:-} != AVX2 ]] || modes=any # blocks of 16 have only reference code there
  export BT=$t OMP_NUM_THREADS=$t OMP_PROC_BIND=close OMP_WAIT_POLICY=active
  for file in "$@"; do
    case ${file##*/} in B* | C*) layouts="any nchw" ;; *) layouts=nchw ;; esac
    for io in $layouts; do
      for mode in $modes; do timed 200 ./bench_dnn "$mode" "$io" "$file" >>raw/dnn.jsonl; done
    done
  done
}

filters() { # THREADS
  local size
  if [[ $1 == 1 ]]; then timed 200 ./membound >>raw/membound.jsonl; fi
  for size in 4k hd; do HL_NUM_THREADS=$1 timed 300 "$python" "$here/bench_hl.py" "$1" "$size" auto; done
  timed 300 "$python" "$here/bench_cv.py" "$1"
}

timed 60 ./peak fmaonly >>raw/peak.jsonl
for t in $threads; do
  for prefix in "$@"; do
    case $prefix in F*) filters "$t"; continue ;; esac
    timed 600 "$python" "$here/bench_ort.py" "$t" "$prefix"
    timed 600 "$python" "$here/bench_ov.py" "$t" "$prefix"
    timed 600 "$python" "$here/bench_ncnn.py" "$t" 1 "$prefix"
    onednn "$t" models/"$prefix"*.txt
  done
done
"$python" "$here/aggregate.py"
