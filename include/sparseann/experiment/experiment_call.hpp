#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/experiment/scale.hpp"

namespace sparseann {

/// How a data set lies on the disk. `own`: as the experiment's reader wants it; `automatic`: that where there is one,
/// else generated hearts without --data and an nnU-Net folder with it.
enum class Layout { automatic, hearts, nnunet, hvsmr, own };
constexpr std::array<std::string_view, 5> names_of(Layout) { return {"automatic", "hearts", "nnunet", "hvsmr", "own"}; }

namespace detail {

[[nodiscard]] inline std::uint64_t seed_from(std::string_view text, const std::string& whole) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc{} || end != text.data() + text.size())
    throw InvalidArgument("--seeds", "whole numbers by commas, or FIRST..LAST", "'" + whole + "'");
  return seed;
}

} // namespace detail

/// "0..4" or "0,3,7". Throws: InvalidArgument naming --seeds for another form, an empty range, or more than 10,000.
[[nodiscard]] inline std::vector<std::uint64_t> seeds_from(const std::string& text) {
  std::vector<std::uint64_t> seeds;
  if (const std::size_t dots = text.find(".."); dots != std::string::npos) {
    const std::uint64_t first = detail::seed_from(std::string_view(text).substr(0, dots), text);
    const std::uint64_t last = detail::seed_from(std::string_view(text).substr(dots + 2), text);
    if (last < first || last - first >= 10000)
      throw InvalidArgument("--seeds", "1 to 10,000 of them", "'" + text + "'");
    for (std::uint64_t seed = first; seed <= last; ++seed)
      seeds.push_back(seed);
    return seeds;
  }
  for (std::size_t begin = 0; begin <= text.size() && !text.empty();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    seeds.push_back(detail::seed_from(std::string_view(text).substr(begin, end - begin), text));
    begin = end + 1;
  }
  return seeds;
}

/// What the command line of an experiment says.
struct ExperimentCall {
  std::optional<std::string> data;
  Layout layout = Layout::automatic;
  std::string out;
  std::vector<std::string> arms;
  std::vector<std::size_t> every;
  std::string seeds = "0..4";
  Scale scale = Scale::cpu;
  std::string device = "cpu";
  std::size_t threads = 0;
  std::size_t jobs = 1;
  std::optional<std::size_t> training_cases;
  std::optional<std::size_t> test_cases;
  bool redraw_training_cases = false;
  std::size_t validation_cases = 0;
  std::vector<std::string> set;
  std::optional<std::string> trial;
  std::string slurm_options;

  friend void visit(ExperimentCall& call, auto&& visitor) {
    visitor(field("data", call.data, "data set; none: generated hearts"));
    visitor(field("layout", call.layout, "how it lies on the disk"));
    visitor(field("out", call.out, "folder of the experiment; what is finished in it is not run again"));
    visitor(field("arms", call.arms, "run only these of the experiment's arms; none: all"));
    visitor(field("every", call.every, "budgets: one slice in so many is annotated, per plane", at_least(1)));
    visitor(field("seeds", call.seeds, "FIRST..LAST, or a list by commas"));
    visitor(field("scale", call.scale, "size of networks and trainings"));
    visitor(field("device", call.device, "cpu, cuda or cuda:N"));
    visitor(field("threads", call.threads, "CPU threads of one trial; 0: all divided by --jobs", between(0, 4096)));
    visitor(field("jobs", call.jobs, "trials at a time, each a process", between(1, 1024)));
    visitor(field("training-cases", call.training_cases, "use only so many training cases", at_least(1)));
    visitor(field("redraw-training-cases", call.redraw_training_cases,
                  "draw these anew for every seed, instead of the first by name"));
    visitor(field("test-cases", call.test_cases, "use only the first so many test cases", at_least(1)));
    visitor(field("validation-cases", call.validation_cases,
                  "so many training cases, the last ones, take the place of the test cases: for choosing options",
                  at_least(0)));
    visitor(field(
        "set", call.set,
        "PATH=VALUE by commas: options of the arms, PATH as in a trial's run.json, or an end of it; a VALUE may be "
        "a list"));
    visitor(field("trial", call.trial, "run this one of the trials that --list prints, in this process"));
    visitor(field("slurm-options", call.slurm_options, "what --slurm hands to sbatch, separated by spaces"));
  }

  /// Threads of one trial.
  [[nodiscard]] std::size_t threads_of_trial() const {
    if (threads > 0)
      return threads;
    return std::max<std::size_t>(1, std::thread::hardware_concurrency() / std::max<std::size_t>(1, jobs));
  }
};

} // namespace sparseann
