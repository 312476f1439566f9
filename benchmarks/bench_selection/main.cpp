// How long selections take: names are TASK/DATA/N/D/K. Two threads unless SPARSEANN_BENCHMARK_THREADS says otherwise.
//
//   bench_selection --benchmark_filter=features_to_ranking
//   bench_selection --benchmark_filter=growth --benchmark_out=growth.json
//
// `growth` is left out unless it is asked for.
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "data.hpp"
#include "graphs.hpp"
#include "machine.hpp"
#include "sparseann/select/cosine_similarity.hpp"
#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/naive_greedy.hpp"
#include "sparseann/select/nearest_neighbours.hpp"
#include "sparseann/select/tiled_facility_location.hpp"

namespace {

using namespace sparseann;
using benchmark::State;

Execution execution(InstructionSet set = InstructionSet::automatic) {
  const char* const threads = std::getenv("SPARSEANN_BENCHMARK_THREADS");
  return {.threads = threads != nullptr ? std::stoul(threads) : 2, .instruction_set = set};
}

FacilityLocation dense(const Array2<float>& features, const Execution& how) {
  return FacilityLocation(similarity_matrix(CosineSimilarity{}(features, how), how), {}, how);
}

auto tiled(const Array2<float>& features, const Execution& how) {
  return TiledFacilityLocation(CosineSimilarity{}(features, how), {}, how);
}

/// A benchmark is timed once if it takes seconds.
void add(const std::string& name, bool is_long, auto&& body) {
  benchmark::internal::Benchmark* const added = benchmark::RegisterBenchmark(name.c_str(), body);
  added->UseRealTime()->Unit(benchmark::kMillisecond);
  if (is_long)
    added->Iterations(1);
}

std::string name_of(std::string_view task, const bench::Workload& work, std::size_t budget) {
  return fmt::format("{}/{}/{}/{}/{}", task, work.kind, work.items, work.columns, budget);
}

void add_features_to_ranking(std::string_view task, const bench::Workload& work, std::size_t budget) {
  add(name_of(task, work, budget), work.items > 5000, [=](State& state) {
    const Array2<float>& features = bench::features_of(work);
    for (auto _ : state)
      state.counters["coverage"] = LazyGreedy{}(dense(features, execution()), budget).coverage.back();
  });
}

void add_select_only(const bench::Workload& work, std::size_t budget) {
  add(name_of("select_only", work, budget), work.items > 5000, [=](State& state) {
    const FacilityLocation objective = dense(bench::features_of(work), execution());
    for (auto _ : state)
      state.counters["coverage"] = LazyGreedy{}(objective, budget).coverage.back();
  });
}

void add_tiled(std::string_view task, const bench::Workload& work, std::size_t budget) {
  add(name_of(task, work, budget), true, [=](State& state) {
    const Array2<float>& features = bench::features_of(work);
    for (auto _ : state)
      state.counters["coverage"] = LazyGreedy{}(tiled(features, execution()), budget).coverage.back();
  });
}

void add_naive(const bench::Workload& work, std::size_t budget) {
  add(name_of("naive", work, budget), true, [=](State& state) {
    const Array2<float>& features = bench::features_of(work);
    for (auto _ : state)
      state.counters["coverage"] = NaiveGreedy{}(dense(features, execution()), budget).coverage.back();
  });
}

void add_similarity(const bench::Workload& work, InstructionSet set) {
  if (!is_supported(set))
    return;
  const std::string task = fmt::format("similarity_{}", name_of_value(set));
  add(fmt::format("{}/{}/{}/{}", task, work.kind, work.items, work.columns), false, [=](State& state) {
    const Array2<float>& features = bench::features_of(work);
    const Execution how = execution(set);
    for (auto _ : state)
      benchmark::DoNotOptimize(similarity_matrix(CosineSimilarity{}(features, how), how));
    const auto items = static_cast<double>(work.items);
    state.counters["operations"] = benchmark::Counter(items * items * static_cast<double>(work.columns),
                                                      benchmark::Counter::kIsIterationInvariantRate);
  });
}

void add_neighbours(const bench::Workload& work, std::size_t neighbours) {
  add(name_of("neighbours", work, neighbours), true, [=](State& state) {
    const Array2<float>& features = bench::features_of(work);
    for (auto _ : state)
      benchmark::DoNotOptimize(nearest_neighbours(CosineSimilarity{}(features, execution()), neighbours, execution()));
  });
}

void add_usual(const std::string& kind) {
  add_features_to_ranking("features_to_ranking", {kind, 512, 1024}, 51);
  add_select_only({kind, 512, 1024}, 51);
  add_features_to_ranking("features_to_ranking", {kind, 10'000, 1024}, 1000);
  add_select_only({kind, 10'000, 1024}, 1000);
  add_naive({kind, 5000, 512}, 500);
  add_tiled("tiled_features_to_ranking", {kind, 5000, 512}, 500);
  add_tiled("tiled_features_to_ranking", {kind, 100'000, 512}, 1000);
}

/// How the cost grows with the number of items, the length of a feature, and the budget.
void add_growth(const std::string& kind) {
  for (const std::size_t items : {250U, 500U, 1000U, 2000U, 4000U, 8000U, 16'000U})
    add_features_to_ranking("growth_items", {kind, items, 512}, items / 10);
  for (const std::size_t columns : {32U, 64U, 128U, 256U, 512U, 1024U, 2048U})
    add_features_to_ranking("growth_columns", {kind, 4000, columns}, 400);
  for (const std::size_t budget : {10U, 30U, 100U, 300U, 1000U, 3000U})
    add_features_to_ranking("growth_budget", {kind, 4000, 512}, budget);
}

bool names_growth(int count, char** arguments) {
  return std::any_of(arguments, arguments + count,
                     [](std::string_view argument) { return argument.find("growth") != std::string_view::npos; });
}

} // namespace

int main(int count, char** arguments) {
  const bool with_growth = names_growth(count, arguments);
  for (const InstructionSet set : {InstructionSet::avx512, InstructionSet::avx2})
    add_similarity({"isotropic", 10'000, 1024}, set);
  for (const std::string kind : {"isotropic", "clusters", "random_walk"}) {
    add_usual(kind);
    if (with_growth)
      add_growth(kind);
  }
  add_neighbours({"isotropic", 100'000, 512}, 32);
  bench::add_graphs();
  bench::add_machine(execution().threads);
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments))
    return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
