#!/usr/bin/env bash
# Installs the peers with pip into $PEERS_HOME (default ~/.cache/convoy-peers), writes every work, builds the C++ drivers.
# A few minutes, once; running it again builds the drivers anew.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export PEERS_HOME=${PEERS_HOME:-$HOME/.cache/convoy-peers}
mkdir -p "$PEERS_HOME/raw"
cd "$PEERS_HOME"

[[ -x venv/bin/python ]] || python3 -m venv venv
venv/bin/pip -q install numpy onnx onnxruntime openvino ncnn halide==21.0.0 opencv-python-headless

if [[ ! -e dnnl/lib/libdnnl.so ]]; then # oneDNN 3.2 with OpenMP, unpacked from its two wheels
  venv/bin/pip -q download --no-deps -d wheels onednn-cpu-gomp==2023.2.0 onednn-devel-cpu-gomp==2023.2.0
  for wheel in wheels/onednn*.whl; do python3 -m zipfile -e "$wheel" wheels/unpacked; done
  mkdir -p dnnl
  cp -r wheels/unpacked/*.data/data/* dnnl/
  rm -rf wheels
  # Archives hold no links: make the names that the linker and the loader look for.
  library=$(basename "$(ls dnnl/lib/libdnnl.so* | head -n 1)")
  for name in libdnnl.so libdnnl.so.3; do [[ -e dnnl/lib/$name ]] || ln -s "$library" "dnnl/lib/$name"; done
fi

[[ -f works.json ]] || venv/bin/python "$here/works.py" >works.log
grep -q E5_ works.json || venv/bin/python "$here/networks.py" >>works.log
g++ -O3 -march=native -pthread "$here/peak.cpp" -o peak
g++ -O3 -march=native -pthread "$here/membound.cpp" -o membound
g++ -std=c++17 -O2 -DUSE_OMP "$here/bench_dnn.cpp" -Idnnl/include -Ldnnl/lib -ldnnl -fopenmp \
  -Wl,-rpath,"$PWD/dnnl/lib" -o bench_dnn
echo "peers are ready in $PEERS_HOME"
