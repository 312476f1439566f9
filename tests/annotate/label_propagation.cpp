#include "sparseann/annotate/label_propagation.hpp"

#include "support/catch.hpp"

using namespace sparseann;

namespace {

struct Background {
  static constexpr std::string_view name = "background";
  NoOptions options;
  Array3<std::uint8_t> operator()(const SparseLabels& labels, const Image&) const {
    return xt::zeros<std::uint8_t>(labels.voxels().shape());
  }
};

struct Nameless {
  NoOptions options;
};

} // namespace

TEST_CASE("a label propagation has a name and makes labels of sparse labels and an image") {
  STATIC_REQUIRE(LabelPropagation<Background>);
  STATIC_REQUIRE_FALSE(LabelPropagation<Nameless>);
}
