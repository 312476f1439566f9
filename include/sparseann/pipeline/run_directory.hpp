#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/directory_lock.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/train/exchange.hpp"

namespace sparseann {

/// What a stage took when it was last run.
struct StageTime {
  std::string stage;
  double seconds = 0;
};

/// The folder of one run: configuration, artefacts, and which stages are done. Locked while it is open.
///
/// `run.json` holds facts (seed, versions, hardware) and `options`; `stages.json` names the finished stages and their
/// seconds; `log.jsonl` grows by a line per event, the iterations since the
/// last checkpoint of a killed training a second time. A second open with the same options goes on where the first
/// stopped. Throws: InvalidArgument where the folder holds something else or a run with other options, naming the first
/// that differs; IoError where it cannot be written or is in use.
class RunDirectory {
public:
  /// `facts` are recorded; `options` are recorded and compared on resume. Of several ranks, the first opens and locks
  /// the folder, and the others read it afterwards.
  RunDirectory(const std::filesystem::path& path, const nlohmann::ordered_json& facts,
               const nlohmann::ordered_json& options, Exchange exchange = {})
      : path_(path), exchange_(std::move(exchange)) {
    if (is_first_rank())
      open(facts, options);
    exchange_.barrier();
    if (std::filesystem::exists(path_ / "stages.json")) {
      const Json stages = read_json_file(path_ / "stages.json");
      for (const auto& [stage, seconds] : stages.items())
        stages_.push_back({stage, seconds.get<double>()});
    }
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] const std::vector<StageTime>& stage_times() const noexcept { return stages_; }

  /// Of all finished stages, also of those that an earlier call finished.
  [[nodiscard]] double seconds() const {
    double sum = 0;
    for (const StageTime& stage : stages_)
      sum += stage.seconds;
    return sum;
  }

  [[nodiscard]] bool done(std::string_view stage) const {
    return std::ranges::any_of(stages_, [&](const StageTime& finished) { return finished.stage == stage; });
  }

  /// Runs `work` unless the stage was finished earlier, and records what it took. Its artefacts must be complete when
  /// `work` returns. Of several ranks the first works, by itself, and the others wait for it.
  template <std::invocable Work> void stage(const std::string& name, Work&& work) {
    joint_stage(name, [&] {
      if (is_first_rank())
        work();
    });
  }

  /// As `stage`, but `work` is done by all ranks together.
  template <std::invocable Work> void joint_stage(const std::string& name, Work&& work) {
    if (done(name))
      return;
    const auto start = std::chrono::steady_clock::now();
    work();
    exchange_.barrier();
    stages_.push_back({name, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()});
    nlohmann::ordered_json json;
    for (const StageTime& finished : stages_)
      json[finished.stage] = finished.seconds;
    if (is_first_rank())
      write_json_file(path_ / "stages.json", json);
    exchange_.barrier();
  }

  /// Whether this rank is the one to do something for item `index` of a joint stage.
  [[nodiscard]] bool is_mine(std::size_t index) const {
    return index % static_cast<std::size_t>(exchange_.ranks()) == static_cast<std::size_t>(exchange_.rank());
  }

  /// Appends one event to log.jsonl; the first rank's alone.
  void log(const nlohmann::ordered_json& event) {
    if (!is_first_rank())
      return;
    std::ofstream out(path_ / "log.jsonl", std::ios::app);
    out << event.dump() << '\n' << std::flush;
    if (!out)
      throw IoError(path_ / "log.jsonl", "cannot be written");
  }

private:
  [[nodiscard]] bool is_first_rank() const { return exchange_.rank() == 0; }

  void open(const nlohmann::ordered_json& facts, const nlohmann::ordered_json& options) {
    lock_.emplace(prepare(path_));
    if (std::filesystem::exists(path_ / "run.json")) {
      check_same(read_json_file(path_ / "run.json"), options);
    } else {
      nlohmann::ordered_json run = facts;
      run["options"] = options;
      write_json_file(path_ / "run.json", run);
    }
    drop_unfinished_event();
  }

  [[nodiscard]] static DirectoryLock prepare(const std::filesystem::path& path) {
    std::error_code failure;
    std::filesystem::create_directories(path, failure);
    if (failure)
      throw IoError(path, fmt::format("cannot be created: {}", failure.message()));
    refuse_foreign_files(path);
    DirectoryLock lock(path);
    if (std::filesystem::exists(path / "run.json"))
      remove_unfinished_files(path);
    return lock;
  }

  static void refuse_foreign_files(const std::filesystem::path& path) {
    if (std::filesystem::exists(path / "run.json"))
      return;
    for (const auto& entry : std::filesystem::directory_iterator(path))
      if (!entry.path().filename().string().starts_with('.'))
        throw InvalidArgument(path.string(), "an empty folder or an earlier run (with run.json)",
                              fmt::format("'{}' in it", entry.path().filename().string()));
  }

  void check_same(const nlohmann::ordered_json& saved, const nlohmann::ordered_json& options) const {
    const auto recorded = saved.find("options");
    if (recorded == saved.end())
      throw IoError(path_ / "run.json", "has no 'options'");
    const auto different = differences(*recorded, options);
    if (different.empty())
      return;
    const std::string& path = different.front();
    throw InvalidArgument(path, fmt::format("{} as in {}", text_at(*recorded, path), (path_ / "run.json").string()),
                          text_at(options, path));
  }

  /// A full disk may have cut the last line of log.jsonl; what goes on must not write behind it.
  void drop_unfinished_event() const {
    const std::filesystem::path log = path_ / "log.jsonl";
    if (!std::filesystem::exists(log))
      return;
    const std::string text = read_file(log);
    if (!text.empty() && !text.ends_with('\n'))
      std::filesystem::resize_file(log, text.rfind('\n') + 1); // 0 where there is no line
  }

  [[nodiscard]] static std::string text_at(nlohmann::ordered_json json, const std::string& path) {
    for (std::size_t start = 0; start <= path.size();) {
      const std::size_t end = std::min(path.find('.', start), path.size());
      const std::string key = path.substr(start, end - start);
      if (!json.is_object() || !json.contains(key))
        return "nothing";
      json = nlohmann::ordered_json(json[key]);
      start = end + 1;
    }
    return json.dump();
  }

  std::filesystem::path path_;
  Exchange exchange_;
  std::optional<DirectoryLock> lock_;
  std::vector<StageTime> stages_;
};

} // namespace sparseann
