#include "sparseann/select/disjoint_sum.hpp"

#include "sparseann/select/facility_location.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {
/// Not submodular.
struct EverMore {
  double added = 0;

  [[nodiscard]] std::size_t size() const { return 2; }
  [[nodiscard]] double value() const { return added; }
  [[nodiscard]] double gain(std::size_t) const { return added; }
  void add(std::size_t) { added += 1; }
};
} // namespace

static_assert(SubmodularObjective<DisjointSum<FacilityLocation>>);
static_assert(SetObjective<DisjointSum<EverMore>>);
static_assert(!SubmodularObjective<DisjointSum<EverMore>>);

TEST_CASE("a sum of objectives has the items of all, each with its own part's gain") {
  const Array2<float> two{{1, 0.5F}, {0.25F, 1}};
  const Array2<float> one{{0.75F}};
  DisjointSum<FacilityLocation> sum({FacilityLocation(two, {.baseline = 0}), FacilityLocation(one, {.baseline = 0}),
                                     FacilityLocation(two, {.baseline = 0})});
  CHECK(sum.size() == 5);
  const auto gains = [&] {
    std::vector<double> all;
    for (std::size_t item = 0; item < sum.size(); ++item)
      all.push_back(sum.gain(item));
    return all;
  };
  CHECK(gains() == std::vector<double>{1.5, 1.25, 0.75, 1.5, 1.25});
  sum.add(2);
  CHECK(gains() == std::vector<double>{1.5, 1.25, 0, 1.5, 1.25});
  sum.add(3);
  CHECK(gains() == std::vector<double>{1.5, 1.25, 0, 0, 0.5});
  CHECK(DisjointSum<FacilityLocation>({}).size() == 0);
}
