#!/usr/bin/env bash
# Makes the GPU check, one file for a machine with an NVIDIA driver and no .NET, and runs it where asked.
#   benchmarks/gpu-check.sh FOLDER           → FOLDER/gpu-check (self-contained, compressed)
#   FOLDER/gpu-check --out RESULTS           there: op cases, parity with the processor, throughput, kernel times; RESULTS/gpu-check.json
#   FOLDER/gpu-check nativetrainer train …   there: the command line
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?usage: benchmarks/gpu-check.sh FOLDER}
runtime=${2:-linux-x64}
dotnet publish benchmarks/NativeTrainer.GpuCheck -c Release -r "$runtime" -o "$folder" --nologo -v quiet
find "$folder" -name '*.pdb' -delete
ls -l "$folder" | awk 'NR > 1 { printf "%8.1f MB  %s\n", $5 / 1e6, $9 }'
