#include "sparseann/core/volume_storage.hpp"

#include <cstdint>
#include <fstream>
#include <limits>
#include <string>

#include "sparseann/core/array.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

constexpr std::size_t elements_of_4_mib = std::size_t{1} << 20U;

/// The file behind an address of this process, as Linux names it; empty for plain memory.
std::string file_behind(const void* address) {
  const auto place = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t dash = line.find('-');
    if (std::stoull(line.substr(0, dash), nullptr, 16) <= place &&
        place < std::stoull(line.substr(dash + 1), nullptr, 16))
      return line.find('/') == std::string::npos ? "" : line.substr(line.find('/'));
  }
  return "";
}

/// A budget for as long as it lives.
struct BudgetScope {
  BudgetScope(const std::filesystem::path& directory, std::uint64_t bytes) { keep_volumes_on_disk(directory, bytes); }
  BudgetScope(const BudgetScope&) = delete;
  BudgetScope& operator=(const BudgetScope&) = delete;
  ~BudgetScope() { keep_volumes_on_disk({}, std::numeric_limits<std::uint64_t>::max()); }
};

} // namespace

TEST_CASE("without a budget all arrays are in memory") {
  const Array1<float> array = xt::zeros<float>({elements_of_4_mib});
  CHECK(file_behind(array.data()).empty());
}

TEST_CASE("arrays beyond the budget are in a file without a name, and hold what is written to them") {
  const test::TemporaryDirectory directory;
  Array1<float> copy;
  {
    const BudgetScope budget(directory.path(), 0);
    Array1<float> array = xt::ones<float>({elements_of_4_mib});
    CHECK_THAT(file_behind(array.data()), ContainsSubstring(directory.path().string()));
    CHECK_THAT(file_behind(array.data()), ContainsSubstring("(deleted)"));
    CHECK(std::filesystem::is_empty(directory.path()));
    array(5) = 7;
    copy = array;
    CHECK(copy.data() != array.data());
    const void* const place = array.data();
    const Array1<float> moved = std::move(array);
    CHECK(moved.data() == place);
    CHECK(moved(5) == 7.0F);
    const Array1<float> small = xt::ones<float>({100});
    CHECK(file_behind(small.data()).empty());
  }
  CHECK(copy(5) == 7.0F); // arrays outlive the budget
  CHECK(copy(elements_of_4_mib - 1) == 1.0F);
  CHECK_THAT(file_behind(copy.data()), ContainsSubstring(directory.path().string()));
  const void* const place = copy.data();
  copy = Array1<float>();
  CHECK(file_behind(place).find(directory.path().string()) == std::string::npos);
}

TEST_CASE("what is freed makes room in memory again") {
  const test::TemporaryDirectory directory;
  const BudgetScope budget(directory.path(), 0);
  keep_volumes_on_disk(directory.path(), std::numeric_limits<std::uint64_t>::max());
  Array1<float> first = xt::zeros<float>({elements_of_4_mib});
  keep_volumes_on_disk(directory.path(), 9 << 20); // for two of them
  Array1<float> second = xt::zeros<float>({elements_of_4_mib});
  CHECK(file_behind(second.data()).empty());
  const Array1<float> third = xt::zeros<float>({elements_of_4_mib});
  CHECK_FALSE(file_behind(third.data()).empty());
  first = Array1<float>();
  const Array1<float> fourth = xt::zeros<float>({elements_of_4_mib});
  CHECK(file_behind(fourth.data()).empty());
}

TEST_CASE("a folder that takes no file is named") {
  const BudgetScope budget("/proc/no_such_folder", 0);
  CHECK_THROWS_WITH((Array1<float>(xt::zeros<float>({elements_of_4_mib}))),
                    "/proc/no_such_folder: no file for a volume could be made here: No such file or directory");
}
