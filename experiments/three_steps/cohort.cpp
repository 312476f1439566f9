#include "cohort.hpp"

#include <utility>

#include "sparseann/data/nnunet_folder.hpp"

namespace sparseann::three_steps {

namespace {

LabelledCohort read_or_generate(const Call& call, const HeartCohortOptions& heart) {
  if (call.data)
    return read_nnunet_folder(*call.data,
                              {.max_training_cases = call.training_cases, .max_test_cases = call.test_cases});
  return generate_heart_cohort(heart, Generator(call.seed).split("heart cohort"), call.threads);
}

} // namespace

LabelledCohort read_cohort(const Call& call, const HeartCohortOptions& heart) {
  LabelledCohort data = read_or_generate(call, heart);
  if (call.validation_cases > 0)
    data = hold_out(std::move(data), call.validation_cases);
  if (data.test_labels.empty())
    throw DataError(call.data.value_or("hearts"),
                    "labelsTs, as scores are reported, or --validation-cases N, which scores on training cases",
                    "none");
  return data;
}

} // namespace sparseann::three_steps
