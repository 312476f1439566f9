#include "sparseann/encode/activation_cache.hpp"

#include <filesystem>
#include <vector>

#include "sparseann/io/file.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

/// Row i is 10 i, 10 i + 1, 10 i + 2; the positions that were asked for are kept.
struct CountingRows {
  std::vector<std::vector<std::int64_t>> calls;

  torch::Tensor operator()(std::span<const std::int64_t> positions) {
    calls.emplace_back(positions.begin(), positions.end());
    return (10 * torch::tensor(calls.back(), torch::kLong).unsqueeze(1) + torch::arange(3)).to(torch::kHalf);
  }
};

void check_rows(const ActivationCache& cache) {
  const std::vector<std::int64_t> positions{4, 0, 4};
  const torch::Tensor expected = torch::tensor({40, 41, 42, 0, 1, 2, 40, 41, 42}).view({3, 3}).to(torch::kHalf);
  CHECK(torch::equal(cache.rows(positions), expected));
}

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

} // namespace

TEST_CASE("activations are computed once, batch by batch, and read in any order") {
  const test::TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "activations.safetensors";
  CountingRows rows;
  check_rows(ActivationCache::make(path, "abc", 5, 3, 2, rows));
  CHECK(rows.calls == std::vector<std::vector<std::int64_t>>{{0, 1}, {2, 3}, {4}});
  const auto again = ActivationCache::open(path, "abc", 5, 3);
  REQUIRE(again.has_value());
  CHECK(again->key() == "abc");
  check_rows(*again);
  CHECK(files_in(directory.path()) == 1);
}

TEST_CASE("without a path nothing is left behind, and rows can be read all the same") {
  CountingRows rows;
  ActivationCache cache = ActivationCache::make({}, "abc", 5, 3, 8, rows);
  const std::string ours = fmt::format("sparseann-activations-{}-", ::getpid());
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::temp_directory_path()))
    CHECK_FALSE(entry.path().filename().string().starts_with(ours));
  const ActivationCache moved = std::move(cache);
  check_rows(moved);
}

TEST_CASE("an unfinished computation leaves no file") {
  const test::TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "activations.safetensors";
  const auto interrupted = [](std::span<const std::int64_t> positions) -> torch::Tensor {
    if (positions.front() > 0)
      throw DataError("row", "all", "an interruption");
    return torch::zeros({static_cast<std::int64_t>(positions.size()), 3}, torch::kHalf);
  };
  CHECK_THROWS_AS(ActivationCache::make(path, "abc", 5, 3, 2, interrupted), DataError);
  CHECK(files_in(directory.path()) == 0);
}

TEST_CASE("files that are missing, of other slices, foreign or damaged are not trusted") {
  const test::TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "activations.safetensors";
  const auto opens = [&](const std::string& key = "abc", std::size_t rows = 5, std::size_t columns = 3) {
    return ActivationCache::open(path, key, rows, columns).has_value();
  };
  CHECK_FALSE(opens());
  CountingRows rows;
  (void)ActivationCache::make(path, "abc", 5, 3, 2, rows);
  REQUIRE(opens());
  CHECK_FALSE(opens("abd"));
  CHECK_FALSE(opens("abc", 3, 5));
  const std::string whole = read_file(path);
  const auto damaged = [&](std::string bytes) {
    publish_atomically(path, bytes);
    return !opens();
  };
  for (const std::size_t place :
       {std::size_t{0}, std::size_t{9}, whole.size() - 5, whole.size() - 34, whole.size() - 1}) {
    CAPTURE(place);
    std::string bytes = whole;
    bytes[place] = static_cast<char>(bytes[place] ^ 1);
    CHECK(damaged(bytes));
  }
  CHECK(damaged(whole.substr(0, whole.size() - 1)));
  CHECK(damaged(""));
  CHECK(damaged("no activations"));
  publish_atomically(path, whole);
  CHECK(opens());
}

TEST_CASE("rows of another type or shape are refused") {
  const auto single = [](std::span<const std::int64_t>) { return torch::zeros({2, 3}); };
  CHECK_THROWS_WITH(ActivationCache::make({}, "abc", 2, 3, 2, single),
                    "activations: expected (2, 3) of float16, got (2, 3) of Float");
}
