#!/usr/bin/env bash
# Runs an experiment's trials on a Slurm of one node, which it starts from Debian's packages and stops again.
#
#   slurm_sweep.sh EXPERIMENT
#
# Needs root, slurmctld, slurmd and munge. Exit code 77 where these are missing.
set -euo pipefail

experiment=$1
for program in slurmctld slurmd sbatch munged; do
  command -v "$program" >/dev/null || {
    echo "skipped: $program is not installed (apt-get install slurm-wlm munge)"
    exit 77
  }
done
[[ $(id -u) == 0 ]] || {
  echo "skipped: Slurm's daemons want root"
  exit 77
}

folder=$(mktemp -d)
export SLURM_CONF="$folder/slurm.conf"
stop() {
  for daemon in slurmd slurmctld munged; do
    [[ -f $folder/$daemon.pid ]] && kill "$(cat "$folder/$daemon.pid")" 2>/dev/null || true
  done
  sleep 1
  rm -rf "$folder"
}
trap stop EXIT
fail() {
  echo "error: $*" >&2
  tail -n 20 "$folder"/*.log >&2 || true
  exit 1
}

# Munge wants folders that nobody else may write, down from the root, and a user of its own.
install -d -o munge -g munge -m 0755 /run/munge
[[ -f /etc/munge/munge.key ]] || {
  dd if=/dev/urandom of=/etc/munge/munge.key bs=1024 count=1 2>/dev/null
  chown munge:munge /etc/munge/munge.key
  chmod 400 /etc/munge/munge.key
}
if ! munge -n >/dev/null 2>&1; then
  runuser -u munge -- munged
  cp /run/munge/munged.pid "$folder/munged.pid"
fi

chmod 755 "$folder"
mkdir "$folder/state" "$folder/spool"
host=$(hostname -s)
cat >"$SLURM_CONF" <<CONFIGURATION
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmctldPort=26817
SlurmdPort=26818
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=test Nodes=ALL Default=YES State=UP
CONFIGURATION
slurmctld
slurmd
for _ in $(seq 60); do
  if sinfo -h -o %T 2>/dev/null | grep -qE 'idle|mixed'; then break; fi
  sleep 1
done
sinfo -h -o %T | grep -qE 'idle|mixed' || fail "the node did not come up"

out="$folder/out"
call=("$experiment" --scale toy --seeds 0..1 --every 10 --training-cases 2 --test-cases 2 --threads 1 --jobs 2 --out "$out")
wait_for_jobs() {
  for _ in $(seq 600); do
    if [[ -z $(squeue -h) ]]; then return; fi
    sleep 1
  done
  fail "jobs still run: $(squeue)"
}
states() { cut -d, -f2 "$out/trials.csv" | sort | uniq -c | tr -s ' ' | tr '\n' ';'; }

# What all trials have in common is recorded, and one of them spoilt, before the array runs.
"${call[@]}" --slurm
wait_for_jobs
[[ $(states) == " 6 done; 1 state;" ]] || fail "expected 6 trials done, got$(states) $(cat "$out"/logs/*)"

rm -rf "$out/trials/middle/s10/seed_1"
mkdir -p "$out/trials/middle/s10/seed_1"
touch "$out/trials/middle/s10/seed_1/foreign"
"${call[@]}" --slurm | grep -q "^1 trials submitted" || fail "expected one trial to be submitted"
wait_for_jobs
[[ $(states) == " 5 done; 1 failed; 1 state;" ]] || fail "expected one trial to fail, got$(states)"
grep -q "an earlier run (with run.json), got 'foreign' in it" "$out/trials.csv" || fail "the failure has no message"

rm "$out/trials/middle/s10/seed_1/foreign"
"${call[@]}" --slurm
wait_for_jobs
[[ $(states) == " 6 done; 1 state;" ]] || fail "expected the failed trial to be done, got$(states)"
[[ -s $out/index.html ]] || fail "no page was gathered"
echo "6 trials by job arrays, one failure told and mended, results gathered: $(slurmctld -V)"
