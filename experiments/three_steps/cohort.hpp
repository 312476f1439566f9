#pragma once

#include "call.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/data/heart_cohort.hpp"

namespace sparseann::three_steps {

/// The cohort that a call asks for: an nnU-Net folder or generated hearts, where asked for with training cases held out
/// as test cases. Test cases have labels.
[[nodiscard]] LabelledCohort read_cohort(const Call& call, const HeartCohortOptions& heart);

} // namespace sparseann::three_steps
