#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/interruption.hpp"
#include "sparseann/experiment/arm.hpp"
#include "sparseann/experiment/experiment.hpp"
#include "sparseann/experiment/experiment_call.hpp"
#include "sparseann/experiment/experiment_data.hpp"
#include "sparseann/experiment/experiment_page.hpp"
#include "sparseann/experiment/experiments_index.hpp"
#include "sparseann/experiment/finished_trials.hpp"
#include "sparseann/experiment/gathered_results.hpp"
#include "sparseann/experiment/run_trial.hpp"
#include "sparseann/experiment/slurm_sweep.hpp"
#include "sparseann/experiment/sweep.hpp"
#include "sparseann/experiment/trial.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/io/directory_lock.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/pipeline/fingerprint.hpp"
#include "sparseann/pipeline/run_directory.hpp"
#include "sparseann/revision.hpp"
#include "sparseann/tensor/device.hpp"
#include "sparseann/tensor/freed_memory.hpp"
#include "sparseann/version.hpp"

namespace sparseann {

namespace detail {

/// What a call asks for besides running what is not done.
struct ExperimentAction {
  bool list = false;
  bool gather = false;
  bool redraw = false;
  bool slurm = false;
};

[[nodiscard]] inline Json experiment_facts(const Experiment& experiment, const ExperimentCall& call,
                                           torch::Device device) {
  return {{"program", experiment.name},
          {"title", experiment.title},
          {"version", version},
          {"git_revision", revision},
          {"libtorch", TORCH_VERSION},
          {"device", describe(device)},
          {"threads", call.threads_of_trial()},
          {"hardware_threads", std::thread::hardware_concurrency()}};
}

/// What all trials of a folder have in common. Budgets and seeds are not: a folder may grow.
[[nodiscard]] inline Json experiment_options(const Experiment& experiment, const ExperimentCall& call,
                                             const LabelledCohort& data) {
  return {{"experiment", experiment.name},
          {"scale", name_of_value(call.scale)},
          {"set", call.set},
          {"training_cases", call.training_cases ? Json(*call.training_cases) : Json()},
          {"redraw_training_cases", call.redraw_training_cases},
          {"data",
           {{"name", data.cohort.name},
            {"validation_cases", call.validation_cases},
            {"test_cases", data.cohort.test.size()},
            {"fingerprint", fingerprint(data)}}}};
}

/// A trial that a sweep has started ends with it, however that ends; one that a person or a batch system has started
/// does not depend on its parent.
inline void end_with_a_sweep() {
  std::error_code failure;
  const auto own = std::filesystem::read_symlink("/proc/self/exe", failure);
  if (failure)
    return;
  const auto of_parent = std::filesystem::read_symlink(fmt::format("/proc/{}/exe", ::getppid()), failure);
  if (!failure && own == of_parent)
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
}

/// This program and what it was called with, but for actions, which are the sweep's.
[[nodiscard]] inline std::vector<std::string> words_of_trials(int argc, const char* const* argv) {
  std::vector<std::string> words{std::filesystem::read_symlink("/proc/self/exe").string()};
  for (int i = 1; i < argc; ++i)
    if (const std::string_view word = argv[i]; word != "--slurm" && word != "--gather" && word != "--list")
      words.emplace_back(word);
  return words;
}

class ExperimentRun {
public:
  ExperimentRun(const Experiment& experiment, ExperimentCall call, std::vector<std::string> words)
      : experiment_(experiment), call_(std::move(call)), words_(std::move(words)), out_(call_.out) {
    if (call_.out.empty())
      throw InvalidArgument("--out", "a folder", "nothing");
    device_ = device_from_name(call_.device);
    ArmSettings settings(call_.scale, call_.set, device_);
    arms_ = experiment.arms(settings);
    settings.check_all_used();
    check(experiment, arms_);
    trials_ = trials_of(chosen_arms(arms_, call_.arms), call_.every.empty() ? experiment.budgets : call_.every,
                        seeds_from(call_.seeds));
  }

  /// Prints every trial and its state.
  void list() const {
    for (const Trial& trial : trials_)
      fmt::print("{:<8} {}\n", name_of_value(state_of(out_, trial)), trial.id());
  }

  /// Tables, figures and the page from the CSV files alone.
  void redraw() const { publish_experiment(experiment_, out_); }

  /// The same from the trials that are done.
  void gather() const {
    const std::vector<Trial> all = with_earlier_trials(out_, arms_, trials_);
    gather_results(out_, all);
    publish_atomically(out_ / "trials.csv", trials_csv(out_, all));
    redraw();
  }

  /// The same, with the experiment's pictures, for which the data set is read again, and the page of all experiments.
  /// Neither keeps the numbers from being published: what they fail of is said.
  void gather_all() const {
    gather();
    warn_of([&] { draw(); });
    warn_of([&] { join(); });
  }

  /// One trial in this process. The folder must be this experiment's.
  void run_one(const std::string& id) const {
    end_with_a_sweep();
    const Trial& trial = trial_by_id(trials_, id);
    const auto arm = std::ranges::find_if(arms_, [&](const Arm& each) {
      return trial.kind == Trial::Kind::arm ? each.name == trial.name : preparation_of(each, trial.seed) == trial;
    });
    const LabelledCohort data = read_experiment_data(call_, experiment_.read_data);
    check_folder(data);
    use_threads(static_cast<int>(call_.threads_of_trial()));
    run_trial(trial, *arm, data, call_, experiment_facts(experiment_, call_, device_), out_,
              experiment_.measures.instances ? KeptPredictions::probabilities : KeptPredictions::labels);
  }

  /// All that is not done, here. Returns how many failed.
  [[nodiscard]] std::size_t sweep() {
    const RunDirectory folder = open_folder();
    LocalSweep local(
        out_, arms_,
        [&](const Trial& trial) {
          std::vector<std::string> words = words_;
          words.insert(words.end(), {"--trial", trial.id()});
          return words;
        },
        [](const std::string& line) { std::cerr << line << '\n'
                                                << std::flush; },
        [&, published = std::chrono::steady_clock::time_point::min()]() mutable {
          // Intervals take a second or two, in which no trial is started.
          if (std::chrono::steady_clock::now() < published + std::chrono::seconds(30))
            return;
          warn_of([&] { // the trials go on; the last gathering tells it again
            gather();
            published = std::chrono::steady_clock::now();
          });
        });
    const std::size_t failed = local.run(trials_, call_.jobs);
    gather_all();
    fmt::print("{}\n", (out_ / "index.html").string());
    return failed;
  }

  /// All that is not done, by Slurm.
  void submit() {
    {
      const RunDirectory folder = open_folder();
    } // records what the trials have in common
    std::vector<Trial> waiting;
    for (const Trial& trial : trials_)
      if (!is_done(out_, trial))
        waiting.push_back(trial);
    const SlurmJobs jobs = submit_to_slurm(experiment_.name, waiting, words_, call_.jobs, call_.threads_of_trial(),
                                           call_.slurm_options, out_);
    fmt::print("{} trials submitted as job{} {}; job {} gathers the results.\n", waiting.size(),
               jobs.arrays.size() > 1 ? "s" : "", fmt::join(jobs.arrays, " and "), jobs.gathering);
  }

private:
  template <std::invocable Work> static void warn_of(const Work& work) {
    try {
      work();
    } catch (const std::exception& error) {
      std::cerr << "warning: " << error.what() << '\n' << std::flush;
    }
  }

  void draw() const {
    if (!experiment_.pictures)
      return;
    const LabelledCohort data = read_experiment_data(call_, experiment_.read_data);
    check_folder(data);
    const std::vector<Trial> all = with_earlier_trials(out_, arms_, trials_);
    publish_pictures(experiment_.pictures(FinishedTrials(data, arms_, all, out_)), out_);
    redraw();
  }

  /// Where experiments lie in a folder by their names, as they do by default.
  void join() const {
    const std::filesystem::path folder = normal_path(out_);
    if (folder.filename() == experiment_.name)
      publish_experiments_index(folder.parent_path());
  }

  [[nodiscard]] RunDirectory open_folder() const {
    const LabelledCohort data = read_experiment_data(call_, experiment_.read_data);
    for (const Trial& trial : trials_) // what no trial could run with is refused before there is a folder
      (void)training_cases_of(data.cohort.training.size(), call_, trial.training_cases, trial.seed);
    return RunDirectory(out_, experiment_facts(experiment_, call_, device_),
                        experiment_options(experiment_, call_, data));
  }

  void check_folder(const LabelledCohort& data) const {
    const std::filesystem::path file = out_ / "run.json";
    if (!std::filesystem::exists(file))
      throw InvalidArgument("--out", "a folder of this experiment, which a call without --trial makes",
                            fmt::format("{} without run.json", out_.string()));
    const Json saved = read_json_file(file);
    const Json options = experiment_options(experiment_, call_, data);
    const auto different = differences(saved.contains("options") ? saved["options"] : Json::object(), options);
    if (!different.empty())
      throw InvalidArgument("--out", "a folder of this experiment with the same options",
                            fmt::format("{} with another {}", out_.string(), different.front()));
  }

  const Experiment& experiment_;
  ExperimentCall call_;
  std::vector<std::string> words_;
  std::filesystem::path out_;
  torch::Device device_ = torch::kCPU;
  std::vector<Arm> arms_;
  std::vector<Trial> trials_;
};

} // namespace detail

/// The main of an experiment: runs what is not done of its trials, each as a process, and publishes the results while
/// they finish; or what the command line asks for instead.
///
/// Returns the exit code: 0, 1 where a trial failed (the others' results are there), or an error's.
[[nodiscard]] inline int run_experiment(const Experiment& experiment, int argc, const char* const* argv) {
  leave_when_interrupted();
  keep_freed_memory();
  CLI::App app(experiment.title + "\n" + experiment.question);
  ExperimentCall call;
  call.out = "results/" + experiment.name;
  detail::ExperimentAction action;
  app.set_version_flag("--version", fmt::format("sparseann {} ({}), LibTorch {}", version, revision, TORCH_VERSION));
  add_options(app, call);
  app.add_flag("--list", action.list, "print every trial and whether it is done, and run none");
  app.add_flag("--gather", action.gather, "write results of the trials that are done, and run none");
  app.add_flag("--redraw", action.redraw, "write tables, figures and page from the CSV files alone");
  app.add_flag("--slurm", action.slurm, "submit the trials to Slurm instead of running them here");
  return run_program(app, argc, argv, [&] {
    detail::ExperimentRun run(experiment, call, detail::words_of_trials(argc, argv));
    if (call.trial)
      run.run_one(*call.trial);
    else if (action.list)
      run.list();
    else if (action.gather)
      run.gather_all();
    else if (action.redraw)
      run.redraw();
    else if (action.slurm)
      run.submit();
    else
      return run.sweep() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    return EXIT_SUCCESS;
  });
}

} // namespace sparseann
