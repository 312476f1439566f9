# Runs quickstart on toy data; stops at the first thing that is not as it should be.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")

set(tiny_meta --meta.training.iterations 20)
set(tiny --training-cases 2 --test-cases 1 --every 6 --threads 1
  --heart.slices 24 --heart.rows 25 --heart.columns 26 --heart.spacing_mm 5
  --encoder.training.iterations 10 --base.2d.training.iterations 20 --base.2d.training.patch 16 --base.2d.training.batch 4
  --base.3d.training.iterations 20 --base.3d.training.patch 16 --base.3d.training.batch 2 --base.3d.inference.window 16
  --meta.training.patch 16 --meta.training.batch 2 --meta.inference.window 16)

# expect(EXIT_CODE REGEX_IN_STDERR ARGUMENTS...)
function(expect code regex)
  execute_process(COMMAND "${QUICKSTART}" ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  if(NOT result EQUAL code)
    message(FATAL_ERROR "quickstart ${ARGN}\nexit code ${result}, expected ${code}\n${output}\n${errors}")
  endif()
  if(NOT errors MATCHES "${regex}")
    message(FATAL_ERROR "quickstart ${ARGN}\nstandard error does not match '${regex}':\n${errors}")
  endif()
endfunction()

function(expect_same first second)
  file(SHA256 "${first}" one)
  file(SHA256 "${second}" two)
  if(NOT one STREQUAL two)
    message(FATAL_ERROR "${first} and ${second} differ")
  endif()
endfunction()

function(expect_absent path)
  if(EXISTS "${path}")
    message(FATAL_ERROR "${path} should not be there")
  endif()
endfunction()

# A run leaves what docs/formats.md says.
expect(0 "" ${tiny} ${tiny_meta} --baselines true --seed 3 --out "${WORK_DIR}/run" --export-data "${WORK_DIR}/hearts")
foreach(artefact IN ITEMS run.json stages.json log.jsonl plan.csv metrics.csv summary.csv report.html result.png
    features/heart_training_001_xz.npy labels/heart_training_000.nii.gz base/2d/model.pt base/full_3d/model.pt
    pseudo_labels/yz/heart_test_000.nii.gz predictions/equal_interval_3d/heart_test_000.nii.gz)
  if(NOT EXISTS "${WORK_DIR}/run/${artefact}")
    message(FATAL_ERROR "no ${artefact}")
  endif()
endforeach()

# The same seed gives the same numbers, another seed others.
expect(0 "" ${tiny} ${tiny_meta} --baselines true --seed 3 --out "${WORK_DIR}/again")
expect_same("${WORK_DIR}/run/metrics.csv" "${WORK_DIR}/again/metrics.csv")
expect(0 "" ${tiny} ${tiny_meta} --seed 4 --out "${WORK_DIR}/other")
file(SHA256 "${WORK_DIR}/run/plan.csv" plan)
file(SHA256 "${WORK_DIR}/other/plan.csv" other_plan)
if(plan STREQUAL other_plan)
  message(FATAL_ERROR "another seed gave the same plan")
endif()

# A finished run is reported again, not repeated; a changed option is named.
expect(0 "" ${tiny} ${tiny_meta} --baselines true --seed 3 --out "${WORK_DIR}/run")
expect_same("${WORK_DIR}/run/metrics.csv" "${WORK_DIR}/again/metrics.csv")
expect(2 "steps.meta.training.iterations: expected 20 as in .*run.json, got 21"
  ${tiny} --baselines true --seed 3 --out "${WORK_DIR}/run" --meta.training.iterations 21)
expect(2 "seed: expected 3" ${tiny} ${tiny_meta} --baselines true --seed 5 --out "${WORK_DIR}/run")

# An exported cohort is an nnU-Net folder.
expect(0 "" ${tiny} ${tiny_meta} --data "${WORK_DIR}/hearts" --baselines false --out "${WORK_DIR}/from_folder")

# Usage.
expect(0 "" --help)
expect(0 "" --version)
expect(2 "no-such-flag" --no-such-flag)
expect(2 "--every" --every 0 --out "${WORK_DIR}/bad")
expect(2 "--every, --budget: expected exactly one of the two, got both" --every 5 --budget 3 --out "${WORK_DIR}/bad")
expect(2 "--budget: expected a whole number" --budget -3 --out "${WORK_DIR}/bad")
expect(2 "--base.3d.training.learning_rate" --base.3d.training.learning_rate 0 --out "${WORK_DIR}/bad")
expect(2 "planes" --planes xy,zz --out "${WORK_DIR}/bad")
expect(2 "--device" --device tpu --out "${WORK_DIR}/bad")
expect_absent("${WORK_DIR}/bad")

# Data.
expect(1 "${WORK_DIR}/nowhere" --data "${WORK_DIR}/nowhere" --out "${WORK_DIR}/bad")
file(MAKE_DIRECTORY "${WORK_DIR}/empty")
expect(1 "${WORK_DIR}/empty" --data "${WORK_DIR}/empty" --out "${WORK_DIR}/bad")
file(COPY "${WORK_DIR}/hearts" DESTINATION "${WORK_DIR}/broken")
set(broken "${WORK_DIR}/broken/hearts")
file(REMOVE "${broken}/labelsTr/heart_training_001.nii.gz")
expect(1 "heart_training_001" --data "${broken}" --out "${WORK_DIR}/bad")
file(WRITE "${broken}/labelsTr/heart_training_001.nii.gz" "this is no NIfTI file")
expect(1 "labelsTr/heart_training_001.nii.gz" --data "${broken}" --out "${WORK_DIR}/bad")
expect_absent("${WORK_DIR}/bad")
file(WRITE "${WORK_DIR}/occupied/thesis.tex" "precious")
expect(2 "thesis.tex" ${tiny} --out "${WORK_DIR}/occupied")
file(REMOVE_RECURSE "${WORK_DIR}")
