#include "sparseann/meta/then.hpp"

#include "sparseann/io/json.hpp"
#include "sparseann/meta/nearest_fit.hpp"
#include "sparseann/meta/random_fit.hpp"
#include "support/catch.hpp"
#include "support/fit_suite.hpp"

using namespace sparseann;

namespace {

/// Answers a constant and remembers nothing: shows who was asked, and for which iteration.
template <std::size_t Answer> struct Constant {
  static constexpr std::string_view name = Answer == 0 ? "zero" : "one";
  NoOptions options;
  std::vector<std::size_t> operator()(const FitCandidates&, const FitProgress& progress, Generator&) const {
    return {Answer, static_cast<std::size_t>(progress.iteration), static_cast<std::size_t>(progress.iterations)};
  }
};

} // namespace

TEST_CASE("Then is a fit strategy") { test::check_fit(Then<RandomFit, NearestFit>{}); }

TEST_CASE("the first strategy has its share of the iterations, the second the rest") {
  Then<Constant<0>, Constant<1>> fit;
  fit.options.first_share = 0.25;
  Generator generator(1);
  using Answer = std::vector<std::size_t>;
  CHECK(fit({}, {0, 9}, generator) == Answer{0, 0, 2}); // floor(9 / 4) = 2 iterations
  CHECK(fit({}, {1, 9}, generator) == Answer{0, 1, 2});
  CHECK(fit({}, {2, 9}, generator) == Answer{1, 0, 7});
  CHECK(fit({}, {8, 9}, generator) == Answer{1, 6, 7});
}

TEST_CASE("the stages have the strategies' names") {
  Then<RandomFit, NearestFit> fit;
  fit.options.first_share = 0.25;
  CHECK(stage_names<Then<RandomFit, NearestFit>>() == std::vector<std::string>{"random_fit", "nearest_fit"});
  CHECK(stage_of(fit, {1, 9}) == 0);
  CHECK(stage_of(fit, {2, 9}) == 1);
  CHECK(stage_names<RandomFit>() == std::vector<std::string>{"random_fit"});
  CHECK(stage_of(RandomFit{}, {8, 9}) == 0);
}

TEST_CASE("a composed strategy has a composed name and composed options") {
  CHECK(Then<RandomFit, NearestFit>::name == "random_fit_then_nearest_fit");
  CHECK(Then<RandomFit, Then<NearestFit, RandomFit>>::name == "random_fit_then_nearest_fit_then_random_fit");
  CHECK(to_json(Then<RandomFit, NearestFit>{}.options)["first_share"] == 0.5);
}
