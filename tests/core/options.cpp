#include "sparseann/core/options.hpp"

#include <array>

#include "support/catch.hpp"

namespace {

enum class Shape { ball, cube };
constexpr std::array<std::string_view, 2> names_of(Shape) { return {"ball", "cube"}; }

struct Inner {
  double radius_mm = 3.0;
  friend void visit(Inner& options, auto&& visitor) {
    visitor(sparseann::field("radius_mm", options.radius_mm, "reach", sparseann::above(0)));
  }
};

struct Outer {
  int count = 2;
  bool fast = true;
  Shape shape = Shape::ball;
  std::string name = "x";
  std::vector<int> layers{4, 4};
  std::optional<double> share;
  Inner inner;
  friend void visit(Outer& options, auto&& visitor) {
    using namespace sparseann;
    visitor(field("count", options.count, "how many", between(1, 10)));
    visitor(field("fast", options.fast, "hurry", {}, Affects::execution));
    visitor(field("shape", options.shape, "what"));
    visitor(field("name", options.name, "who"));
    visitor(field("layers", options.layers, "depths", at_least(1)));
    visitor(field("share", options.share, "part", between(0, 1)));
    visitor(field("inner", options.inner, "nested"));
  }
};

} // namespace

TEST_CASE("visit_leaves names nested fields by dotted paths") {
  Outer options;
  std::vector<std::string> paths;
  sparseann::visit_leaves(options, "", [&](const std::string& path, const auto&) { paths.push_back(path); });
  CHECK(paths == std::vector<std::string>{"count", "fast", "shape", "name", "layers", "share", "inner.radius_mm"});
}

TEST_CASE("validate names the field, the bounds and the value") {
  CHECK_NOTHROW(sparseann::validate(Outer{}));
  const auto message_of = [](const Outer& options) {
    try {
      sparseann::validate(options, "task");
    } catch (const sparseann::InvalidArgument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message_of({.count = 0}) == "task.count: expected a number of at least 1 and at most 10, got 0");
  CHECK(message_of({.inner = {.radius_mm = 0}}) == "task.inner.radius_mm: expected a number above 0, got 0");
  CHECK(message_of({.inner = {.radius_mm = std::nan("")}}) ==
        "task.inner.radius_mm: expected a number above 0, got nan");
  CHECK(message_of({.layers = {4, 0}}) == "task.layers: expected a number of at least 1, got 0");
  CHECK(message_of({.share = 2.0}) == "task.share: expected a number of at least 0 and at most 1, got 2");
}

TEST_CASE("enums are named") {
  CHECK(sparseann::name_of_value(Shape::cube) == "cube");
  CHECK(sparseann::value_from_name<Shape>("shape", "cube") == Shape::cube);
  CHECK_THROWS_WITH(sparseann::value_from_name<Shape>("shape", "cone"),
                    "shape: expected one of ball, cube, got 'cone'");
}
