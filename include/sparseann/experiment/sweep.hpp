#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/experiment/arm.hpp"
#include "sparseann/experiment/run_trial.hpp"
#include "sparseann/experiment/trial.hpp"
#include "sparseann/io/child_process.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/report/method_table.hpp"

namespace sparseann {

/// How far a trial of a sweep is.
enum class TrialState { waiting, done, failed };
constexpr std::array<std::string_view, 3> names_of(TrialState) { return {"waiting", "done", "failed"}; }

/// A trial's state as its folder and the message of its failure tell. A killed one waits: it goes on where it was.
[[nodiscard]] inline TrialState state_of(const std::filesystem::path& out, const Trial& trial) {
  if (is_done(out, trial))
    return TrialState::done;
  return std::filesystem::exists(failure_file(out, trial)) ? TrialState::failed : TrialState::waiting;
}

/// What a trial failed of, empty where it did not.
[[nodiscard]] inline std::string failure_of(const std::filesystem::path& out, const Trial& trial) {
  const std::filesystem::path file = failure_file(out, trial);
  if (is_done(out, trial) || !std::filesystem::exists(file))
    return {};
  std::string message = read_file(file);
  while (message.ends_with('\n'))
    message.pop_back();
  return message;
}

/// trials.csv: every trial, its state, and what it failed of.
[[nodiscard]] inline std::string trials_csv(const std::filesystem::path& out, std::span<const Trial> trials) {
  CsvWriter table({"trial", "state", "error"});
  for (const Trial& trial : trials)
    table.add_row(trial.id(), name_of_value(state_of(out, trial)), failure_of(out, trial));
  return table.text();
}

/// The words of a process that runs a trial.
using TrialCommand = std::function<std::vector<std::string>(const Trial&)>;

/// Runs trials as processes, several at a time, in their order but for those whose preparation is not done yet. What a
/// process says goes to `logs/TRIAL.log`. One that fails or is killed does not keep the others from running; those that
/// need it fail with it.
class LocalSweep {
public:
  /// `say` takes a line per trial that ended; `on_end` is called after each, to publish what is there.
  LocalSweep(std::filesystem::path out, std::span<const Arm> arms, TrialCommand command,
             std::function<void(const std::string&)> say, std::function<void()> on_end)
      : out_(std::move(out)), arms_(arms), command_(std::move(command)), say_(std::move(say)),
        on_end_(std::move(on_end)) {}

  /// Returns how many failed. Trials that are done are not run again; those that failed are.
  [[nodiscard]] std::size_t run(std::span<const Trial> trials, std::size_t jobs) {
    for (const Trial& trial : trials)
      if (!is_done(out_, trial)) {
        std::error_code none;
        std::filesystem::remove(failure_file(out_, trial), none);
        waiting_.push_back(trial);
      }
    total_ = waiting_.size();
    start_ = std::chrono::steady_clock::now();
    std::filesystem::create_directories(out_ / "logs");
    while (!waiting_.empty() || !running_.empty()) {
      fail_what_cannot_start();
      start_some(jobs);
      if (!collect())
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return failed_;
  }

private:
  struct Running {
    Trial trial;
    ChildProcess process;
    std::chrono::steady_clock::time_point start;
  };

  [[nodiscard]] std::optional<Trial> needs(const Trial& trial) const {
    if (trial.kind == Trial::Kind::preparation)
      return std::nullopt;
    const auto arm = std::ranges::find(arms_, trial.name, &Arm::name);
    return arm == arms_.end() ? std::nullopt : preparation_of(*arm, trial.seed);
  }

  [[nodiscard]] bool can_start(const Trial& trial) const {
    const auto preparation = needs(trial);
    return !preparation || is_done(out_, *preparation);
  }

  void fail_what_cannot_start() {
    std::erase_if(waiting_, [&](const Trial& trial) {
      const auto preparation = needs(trial);
      if (!preparation || state_of(out_, *preparation) != TrialState::failed)
        return false;
      keep_failure(out_, trial, fmt::format("{}, which it needs, failed", preparation->id()));
      ended(trial, fmt::format("failed: {}", failure_of(out_, trial)), false);
      return true;
    });
  }

  void start_some(std::size_t jobs) {
    while (running_.size() < jobs) {
      const auto next = std::ranges::find_if(waiting_, [&](const Trial& trial) { return can_start(trial); });
      if (next == waiting_.end())
        return;
      const std::filesystem::path log = out_ / "logs" / (file_name_of(*next) + ".log");
      const FileDescriptor file(::open(log.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666));
      if (!file.is_open())
        throw IoError(log, "cannot be written: " + system_message(errno));
      running_.push_back({*next, ChildProcess(command_(*next), {.output = file.get(), .errors = file.get()}),
                          std::chrono::steady_clock::now()});
      waiting_.erase(next);
    }
  }

  /// Whether any has ended.
  [[nodiscard]] bool collect() {
    const std::size_t before = running_.size();
    std::erase_if(running_, [&](Running& each) {
      const std::optional<int> status = each.process.poll();
      if (!status)
        return false;
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - each.start).count();
      if (is_done(out_, each.trial)) {
        ended(each.trial, fmt::format("done in {}", shown_duration(seconds)), true);
        return true;
      }
      if (failure_of(out_, each.trial).empty())
        keep_failure(out_, each.trial,
                     *status > 128
                         ? fmt::format("killed by signal {}", *status - 128)
                         : fmt::format("ended with exit code {}, see logs/{}.log", *status, file_name_of(each.trial)));
      ended(each.trial, fmt::format("failed: {}", failure_of(out_, each.trial)), false);
      return true;
    });
    return running_.size() < before;
  }

  void ended(const Trial& trial, const std::string& how, bool good) {
    ++ended_;
    failed_ += static_cast<std::size_t>(!good);
    const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    const double left = passed / static_cast<double>(ended_) * static_cast<double>(total_ - ended_);
    say_(fmt::format("[{}/{}] {}: {}{}", ended_, total_, trial.id(), how,
                     ended_ < total_ ? fmt::format("; about {} left", shown_duration(left)) : ""));
    on_end_();
  }

  std::filesystem::path out_;
  std::span<const Arm> arms_;
  TrialCommand command_;
  std::function<void(const std::string&)> say_;
  std::function<void()> on_end_;
  std::vector<Trial> waiting_;
  std::vector<Running> running_;
  std::chrono::steady_clock::time_point start_;
  std::size_t total_ = 0;
  std::size_t ended_ = 0;
  std::size_t failed_ = 0;
};

} // namespace sparseann
