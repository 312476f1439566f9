#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/data/heart_cohort.hpp"
#include "sparseann/data/hvsmr_folder.hpp"
#include "sparseann/data/nnunet_folder.hpp"
#include "sparseann/experiment/experiment.hpp"
#include "sparseann/experiment/experiment_call.hpp"

namespace sparseann {

/// The cohort with the training cases at `kept` alone, in that order. Throws: InvalidArgument for a case that is not
/// there.
[[nodiscard]] inline LabelledCohort with_training_cases(const LabelledCohort& data, std::span<const std::size_t> kept) {
  LabelledCohort part{.cohort = {.name = data.cohort.name,
                                 .class_names = data.cohort.class_names,
                                 .training = {},
                                 .test = data.cohort.test},
                      .training_labels = {},
                      .test_labels = data.test_labels};
  for (const std::size_t c : kept) {
    if (c >= data.cohort.training.size())
      throw InvalidArgument("kept", fmt::format("cases below {}", data.cohort.training.size()), std::to_string(c));
    part.cohort.training.push_back(data.cohort.training[c]);
    part.training_labels.push_back(data.training_labels[c]);
  }
  return part;
}

namespace detail {

/// The call's layout, `automatic` resolved. Throws: InvalidArgument naming --layout or --data.
[[nodiscard]] inline Layout layout_of(const ExperimentCall& call, const DataReader& own) {
  const Layout otherwise = own ? Layout::own : (call.data ? Layout::nnunet : Layout::hearts);
  const Layout layout = call.layout == Layout::automatic ? otherwise : call.layout;
  if (layout == Layout::own && !own)
    throw InvalidArgument("--layout", "hearts, nnunet or hvsmr, as this experiment has no layout of its own", "own");
  if (layout == Layout::own && !call.data)
    throw InvalidArgument("--data", "a data set, as this experiment can generate none", "none");
  if (layout == Layout::hearts && call.data)
    throw InvalidArgument(
        "--layout", own ? "nnunet, hvsmr or own, as there is --data" : "nnunet or hvsmr, as there is --data", "hearts");
  if (layout != Layout::hearts && !call.data)
    throw InvalidArgument("--layout", "hearts, as there is no --data", std::string(name_of_value(layout)));
  return layout;
}

} // namespace detail

/// The data set of a call as it lies on the disk, without a look at whether test cases have labels.
///
/// `own`: the experiment's reader, if it has one. Throws: InvalidArgument naming --layout or --data where they do not
/// fit each other or the experiment; as the readers.
[[nodiscard]] inline LabelledCohort read_data_set(const ExperimentCall& call, const DataReader& own = {}) {
  switch (detail::layout_of(call, own)) {
  case Layout::nnunet: return read_nnunet_folder(*call.data);
  case Layout::hvsmr: return read_hvsmr_folder(*call.data);
  case Layout::own: return own(*call.data);
  case Layout::automatic:
  case Layout::hearts: break;
  }
  // One cohort for all seeds: they are the seeds of what is compared.
  return generate_heart_cohort({}, Generator(0).split("heart cohort"), call.threads_of_trial());
}

/// The data set of a call, whole: a trial takes its training cases from it. Test cases have labels.
///
/// Throws: DataError where there are no test labels; as read_data_set and hold_out.
[[nodiscard]] inline LabelledCohort read_experiment_data(const ExperimentCall& call, const DataReader& own = {}) {
  LabelledCohort data = read_data_set(call, own);
  if (call.validation_cases > 0)
    data = hold_out(std::move(data), call.validation_cases);
  if (data.test_labels.empty())
    throw DataError(call.data.value_or("hearts"),
                    "labels of the test cases, as scores are reported, or --validation-cases N, which scores on "
                    "training cases",
                    "none");
  if (call.test_cases && *call.test_cases < data.cohort.test.size()) {
    data.cohort.test.resize(*call.test_cases);
    data.test_labels.resize(*call.test_cases);
  }
  return data;
}

/// The training cases of a trial: the first, or drawn by the seed and then in their order; the first of these where an
/// arm takes fewer than the others of its seed.
///
/// Throws: InvalidArgument for more cases than there are.
[[nodiscard]] inline std::vector<std::size_t> training_cases_of(std::size_t available, const ExperimentCall& call,
                                                                std::optional<std::size_t> of_arm, std::uint64_t seed) {
  const std::size_t wanted = of_arm.value_or(call.training_cases.value_or(available));
  if (wanted > available)
    throw InvalidArgument("--training-cases", fmt::format("at most {}, as there are", available),
                          fmt::format("{}", wanted));
  std::vector<std::size_t> cases(available);
  std::iota(cases.begin(), cases.end(), std::size_t{0});
  if (call.redraw_training_cases) {
    Generator generator = Generator(seed).split("training cases");
    generator.shuffle(std::span(cases));
  }
  cases.resize(wanted);
  std::ranges::sort(cases);
  return cases;
}

} // namespace sparseann
