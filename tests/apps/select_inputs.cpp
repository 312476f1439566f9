#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "apps/sparseann.hpp"
#include "sparseann/io/npy_header.hpp"
#include "sparseann/select/budgeted_greedy.hpp"
#include "sparseann/select/features.hpp"
#include "sparseann/select/grouped_greedy.hpp"
#include "sparseann/select/k_center.hpp"
#include "sparseann/select/max_cover.hpp"
#include "sparseann/select/random_slices.hpp"
#include "support/catch.hpp"
#include "support/zip_archive.hpp"

using namespace sparseann;
using sparseann::test::ProgramResult;
using sparseann::test::SelectFolder;
using sparseann::test::without_certificate;

namespace {

Array2<float> forty_features() { return test::random_features(40, 5, Generator(2)); }

template <class T> std::string npy_file(const sparseann::Array1<T>& numbers) {
  const test::TemporaryDirectory directory;
  write_npy(directory.path() / "a.npy", numbers);
  return read_file(directory.path() / "a.npy");
}

/// The bytes of a .npy file in Fortran order.
std::string fortran_npy(const Array2<float>& features) {
  std::string file = make_npy_header("f4", {features.shape(0), features.shape(1)});
  file.replace(file.find("False"), 5, "True ");
  for (std::size_t column = 0; column < features.shape(1); ++column)
    for (std::size_t row = 0; row < features.shape(0); ++row)
      file.append(reinterpret_cast<const char*>(&features(row, column)), sizeof(float));
  return file;
}

/// Three groups of unequal size: rows 0 to 19 are of scan a, the others of b and c in turn.
std::string group_of(std::size_t row) { return row < 20 ? "a" : row % 2 == 0 ? "b" : "c"; }

std::string groups_csv() {
  std::string text = "row,group\n";
  for (std::size_t row = 40; row-- > 0;) // in any order
    text += fmt::format("{},{}\n", row, group_of(row));
  return text;
}

std::vector<std::size_t> rows_of_group(const std::string& name) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < 40; ++row)
    if (group_of(row) == name)
      rows.push_back(row);
  return rows;
}

/// `selection` of some rows, by their number in the input.
RankedSelection of_rows(RankedSelection selection, std::span<const std::size_t> rows) {
  for (std::size_t& index : selection.indices)
    index = rows[index];
  return without_certificate(std::move(selection));
}

RankedSelection joined(const std::vector<RankedSelection>& parts) {
  RankedSelection all;
  for (const RankedSelection& part : parts) {
    all.indices.insert(all.indices.end(), part.indices.begin(), part.indices.end());
    all.gains.insert(all.gains.end(), part.gains.begin(), part.gains.end());
    all.coverage.insert(all.coverage.end(), part.coverage.begin(), part.coverage.end());
  }
  return all;
}

Array2<float> rows_of(const Array2<float>& features, std::span<const std::size_t> rows) {
  Array2<float> some = xt::zeros<float>({rows.size(), features.shape(1)});
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t column = 0; column < features.shape(1); ++column)
      some(i, column) = features(rows[i], column);
  return some;
}

/// A path 0 - 1 - 2 - 3 - 4 whose middle node reaches most, as a matrix and as edges.
struct PathGraph {
  std::vector<std::int32_t> offsets{0, 1, 3, 5, 7, 8};
  std::vector<std::int32_t> targets{1, 0, 2, 1, 3, 2, 4, 3};
  std::vector<float> weights{0.5F, 0.5F, 0.75F, 0.75F, 0.75F, 0.75F, 0.5F, 0.5F};

  [[nodiscard]] std::string csv() const {
    std::string text = "source,target,weight\n";
    for (std::size_t row = 0; row + 1 < offsets.size(); ++row)
      for (auto i = static_cast<std::size_t>(offsets[row]); std::cmp_less(i, offsets[row + 1]); ++i)
        text += fmt::format("{},{},{}\n", row, targets[i], weights[i]);
    return text;
  }

  [[nodiscard]] std::string npz() const {
    std::string format = make_npy_header("S3", {1});
    format.replace(format.find("(1,)"), 4, "()  ");
    return test::zip_archive({{"format.npy", format + "csr"},
                              {"shape.npy", npy_file(Array1<std::int64_t>{5, 5})},
                              {"indptr.npy", npy_file(tensor(offsets))},
                              {"indices.npy", npy_file(tensor(targets))},
                              {"data.npy", npy_file(tensor(weights))}});
  }

private:
  template <class T> [[nodiscard]] static Array1<T> tensor(const std::vector<T>& values) {
    Array1<T> array = xt::zeros<T>({values.size()});
    std::ranges::copy(values, array.begin());
    return array;
  }
};

} // namespace

TEST_CASE("features of float64 and in Fortran order give the same selection") {
  const SelectFolder folder;
  const Array2<float> features = forty_features();
  folder.write("c.npy", features);
  folder.write("fortran.npy", fortran_npy(features));
  const sparseann::Array2<double> wide = xt::cast<double>(features);
  write_npy(folder / "wide.npy", wide);
  const RankedSelection expected = without_certificate(MaxCover<>{}(features, 7, Generator(0)));
  CHECK(folder.selection("--features {}/c.npy --budget 7").selection == expected);
  CHECK(folder.selection("--features {}/fortran.npy --budget 7").selection == expected);
  CHECK(folder.selection("--features {}/wide.npy --budget 7").selection == expected);
  CHECK(folder.summary()["input"]["dtype"] == "float64");
}

TEST_CASE("selectors of a count read nothing but the header of features") {
  const SelectFolder folder;
  constexpr std::size_t rows = 1U << 20U;
  constexpr std::size_t columns = 1U << 12U;
  const std::string header = make_npy_header("f8", {rows, columns});
  folder.write("f.npy", header);
  const std::uintmax_t bytes = header.size() + rows * columns * sizeof(double); // 32 GiB, none of them on the disk
  std::filesystem::resize_file(folder / "f.npy", bytes);
  CHECK(folder.selection("--features {}/f.npy --selector random --budget 3 --seed 7").selection ==
        RandomSlices{}(rows, 3, Generator(7)));
  CHECK(folder.summary()["input"] ==
        Json{{"path", (folder / "f.npy").string()}, {"shape", {rows, columns}}, {"dtype", "float64"}});
  for (const std::string selector : {"equal-interval", "middle-biased"})
    CHECK(folder.selection("--features {}/f.npy --budget 3 --selector " + selector).selection.indices.size() == 3);
  std::filesystem::resize_file(folder / "f.npy", bytes - 1);
  const ProgramResult cut = folder.run("--features {}/f.npy --selector random --budget 3 --output {}/o.csv");
  CHECK_THAT(cut.errors,
             ContainsSubstring("f.npy: header promises shape (1048576, 4096) of 8 bytes each, more than the "
                               "file holds"));
  CHECK(cut.exit_code == 1);
}

TEST_CASE("a budget of costs is spent by BudgetedGreedy") {
  const SelectFolder folder;
  const Array2<float> features = forty_features();
  std::vector<double> costs(40);
  Array1<double> stored = xt::zeros<double>({40});
  for (std::size_t row = 0; row < 40; ++row)
    costs[row] = stored(row) = 1 + static_cast<double>(row % 5);
  folder.write("f.npy", features);
  folder.write("costs.npy", npy_file(stored));
  const auto written = folder.selection("--features {}/f.npy --costs {}/costs.npy --budget-cost 17.5");
  const RankedSelection expected = BudgetedGreedy{}(FacilityLocation(test::cosines(features)), costs, 17.5);
  CHECK(written.selection == without_certificate(expected));
  double spent = 0;
  for (const std::size_t row : written.selection.indices)
    spent += costs[row];
  CHECK(folder.summary()["cost"] == spent);
  CHECK(spent <= 17.5);
  CHECK(folder.summary()["certificate"]["upper_bound"] == expected.certificate->upper_bound);
  CHECK(folder.summary()["random"]["mean_value"].get<double>() < expected.certificate->upper_bound);
}

TEST_CASE("groups share a budget of which each gets its minimum") {
  const SelectFolder folder;
  const Array2<float> features = forty_features();
  folder.write("f.npy", features);
  folder.write("groups.csv", groups_csv());
  std::vector<std::size_t> group_of_item(40);
  for (std::size_t row = 0; row < 40; ++row)
    group_of_item[row] = static_cast<std::size_t>(group_of(row)[0] - 'a');
  const std::vector<GroupSize> sizes{{"a", 20}, {"b", 10}, {"c", 10}};
  const RankedSelection expected = GroupedGreedy{}(FacilityLocation(test::cosines(features)), group_of_item,
                                                   UnmetMinimums("minimum", 3, sizes, 10), 10);
  for (const std::string storage : {"dense", "tiled"}) {
    const auto written = folder.selection(
        "--features {}/f.npy --groups {}/groups.csv --budget 10 --minimum-per-group 3 --storage " + storage);
    CHECK(written.selection == without_certificate(expected));
    std::map<std::string, std::size_t> count;
    for (std::size_t rank = 0; rank < 10; ++rank) {
      CHECK(written.groups[rank] == group_of(written.selection.indices[rank]));
      ++count[written.groups[rank]];
    }
    CHECK(std::ranges::all_of(count, [](const auto& entry) { return entry.second >= 3; }));
    CHECK(count.size() == 3);
  }
  const auto plain = folder.selection("--features {}/f.npy --groups {}/groups.csv --budget 10");
  CHECK(plain.selection.indices == MaxCover<>{}(features, 10, Generator(0)).indices);
}

TEST_CASE("groups with a budget of their own are selections of their own") {
  const SelectFolder folder;
  const Array2<float> features = forty_features();
  folder.write("f.npy", features);
  folder.write("groups.csv", groups_csv());
  std::vector<RankedSelection> covers;
  std::vector<RankedSelection> draws;
  Certificate sum;
  for (const std::string name : {"c", "b", "a"}) { // in the order of the file
    const std::vector<std::size_t> rows = rows_of_group(name);
    const RankedSelection cover = MaxCover<>{}(rows_of(features, rows), 4, Generator(0));
    sum.value += cover.certificate->value;
    sum.upper_bound += cover.certificate->upper_bound;
    covers.push_back(of_rows(cover, rows));
    draws.push_back(of_rows(RandomSlices{}(rows.size(), 4, Generator(9).split(name)), rows));
  }
  const std::string each = "--features {}/f.npy --groups {}/groups.csv --budget-per-group 4 ";
  const auto written = folder.selection(each);
  CHECK(written.selection == joined(covers));
  CHECK(written.groups == std::vector<std::string>{"c", "c", "c", "c", "b", "b", "b", "b", "a", "a", "a", "a"});
  CHECK(folder.summary()["certificate"]["items"] == 40);
  CHECK(folder.summary()["certificate"]["value"].get<double>() == Approx(sum.value));
  CHECK(folder.summary()["certificate"]["upper_bound"].get<double>() == Approx(sum.upper_bound));
  CHECK(folder.selection(each + "--selector random --seed 9").selection == joined(draws));
  CHECK(
      folder.selection("--count 40 --groups {}/groups.csv --budget-per-group 4 --selector random --seed 9").selection ==
      joined(draws));
}

TEST_CASE("a graph needs no features, as CSV and as scipy's sparse matrix") {
  const SelectFolder folder;
  folder.write("g.csv", PathGraph{}.csv());
  folder.write("g.npz", PathGraph{}.npz());
  // Node 2 is worth 1 + 2 * 0.75; then 0 and 4 add 1 each, 1 and 3 add 0.25 + 0.5; the lower index wins.
  const RankedSelection expected{
      .indices = {2, 0, 4}, .gains = {2.5, 1, 1}, .coverage = {2.5, 3.5, 4.5}, .certificate = {}};
  CHECK(folder.selection("--graph {}/g.csv --budget 3").selection == expected);
  CHECK(folder.selection("--graph {}/g.npz --budget 3").selection == expected);
  CHECK(folder.summary()["input"] == Json{{"path", (folder / "g.npz").string()}, {"shape", {5, 5}}, {"edges", 8}});
  CHECK(folder.selection("--graph {}/g.csv --count 7 --budget 4").selection.coverage.back() == 5.5);
  CHECK(folder.selection("--graph {}/g.npz --budget 1 --graph-cover.self_similarity 0").selection.gains ==
        std::vector<double>{1.5});
}

TEST_CASE("a graph's groups are graphs of their own") {
  const SelectFolder folder;
  folder.write("g.csv", PathGraph{}.csv());
  folder.write("groups.csv", "row,group\n0,x\n1,x\n2,y\n3,x\n4,y\n");
  const auto written = folder.selection("--graph {}/g.csv --groups {}/groups.csv --budget-per-group 2");
  // In x an edge 0 - 1 is left and 3 stands alone; in y no edge is left.
  CHECK(written.selection.indices == std::vector<std::size_t>{0, 3, 2, 4});
  CHECK(written.selection.gains == std::vector<double>{1.5, 1, 1, 1});
}
