#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sparseann/core/error.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/metric/paired_comparison.hpp"

namespace sparseann {

/// What was measured: a prediction of an arm at a budget, "s10" or "full".
struct ResultKey {
  std::string arm;
  std::string prediction;
  std::string budget;

  auto operator<=>(const ResultKey&) const = default;
};

/// The rows of results.csv, to be asked for by what they are of.
class ResultValues {
public:
  /// Throws: DataError for columns that are missing and numbers that are none.
  explicit ResultValues(const CsvTable& table) {
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const ResultKey key{table.cell(row, "arm"), table.cell(row, "prediction"), table.cell(row, "budget")};
      const std::string& metric = table.cell(row, "metric");
      const std::string& class_name = table.cell(row, "class");
      values_[key][metric][class_name][table.number<std::uint64_t>(row, "seed")][table.cell(row, "case")] =
          table.number<double>(row, "value");
      if (class_name != "all" && std::ranges::find(classes_, class_name) == classes_.end())
        classes_.push_back(class_name);
      if (std::ranges::find(budgets_, key.budget) == budgets_.end())
        budgets_.push_back(key.budget);
    }
    std::ranges::sort(budgets_, {}, [](const std::string& budget) {
      return budget.starts_with('s') ? std::pair(0, std::stoul(budget.substr(1))) : std::pair(-1, 0UL);
    });
  }

  /// What an arm was measured to predict, in alphabetical order; empty for an arm without results.
  [[nodiscard]] std::vector<std::string> predictions(const std::string& arm) const {
    std::set<std::string> names;
    for (const auto& [key, metrics] : values_)
      if (key.arm == arm)
        names.insert(key.prediction);
    return {names.begin(), names.end()};
  }

  /// In the order in which they appear.
  [[nodiscard]] const std::vector<std::string>& classes() const noexcept { return classes_; }
  /// "full" first, then from the dearest to the cheapest.
  [[nodiscard]] const std::vector<std::string>& budgets() const noexcept { return budgets_; }

  /// A metric of one class, or, without one, its mean over the classes (of the overall score: itself). Shape: (seeds,
  /// cases), seeds that have all cases. None where there is no such seed.
  [[nodiscard]] std::optional<SeedValues> values(const ResultKey& key, const std::string& metric,
                                                 const std::string& class_name = "") const {
    const auto of_key = values_.find(key);
    if (of_key == values_.end())
      return std::nullopt;
    const auto of_metric = of_key->second.find(metric);
    if (of_metric == of_key->second.end())
      return std::nullopt;
    std::vector<const BySeed*> classes;
    for (const auto& [name, by_seed] : of_metric->second)
      if (class_name.empty() || name == class_name)
        classes.push_back(&by_seed);
    return classes.empty() ? std::nullopt : matrix(classes);
  }

private:
  using BySeed = std::map<std::uint64_t, std::map<std::string, double>>;

  [[nodiscard]] static std::optional<SeedValues> matrix(const std::vector<const BySeed*>& classes) {
    std::set<std::string> cases;
    for (const auto& [seed, by_case] : *classes.front())
      for (const auto& [name, value] : by_case)
        cases.insert(name);
    std::vector<std::uint64_t> seeds;
    for (const auto& [seed, by_case] : *classes.front())
      if (std::ranges::all_of(classes, [&, s = seed](const BySeed* each) {
            const auto found = each->find(s);
            return found != each->end() && found->second.size() == cases.size();
          }))
        seeds.push_back(seed);
    if (seeds.empty() || cases.empty())
      return std::nullopt;
    SeedValues values(std::array<std::size_t, 2>{seeds.size(), cases.size()});
    for (std::size_t s = 0; s < seeds.size(); ++s) {
      std::size_t c = 0;
      for (const std::string& name : cases) {
        double sum = 0;
        for (const BySeed* each : classes)
          sum += each->at(seeds[s]).at(name);
        values(s, c++) = sum / static_cast<double>(classes.size());
      }
    }
    return values;
  }

  std::map<ResultKey, std::map<std::string, std::map<std::string, BySeed>>> values_;
  std::vector<std::string> classes_;
  std::vector<std::string> budgets_;
};

} // namespace sparseann
