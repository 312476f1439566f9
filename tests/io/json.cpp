#include "sparseann/io/json.hpp"

#include <array>
#include <limits>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using sparseann::Affects;
using sparseann::differences;
using sparseann::FieldFilter;
using sparseann::from_json;
using sparseann::InvalidArgument;
using sparseann::Json;
using sparseann::to_json;

namespace {

enum class Kind { poly, step };
constexpr std::array<std::string_view, 2> names_of(Kind) { return {"poly", "step"}; }

struct Leaf {
  double rate = 0.5;
  int threads = 2;
  bool operator==(const Leaf&) const = default;
  friend void visit(Leaf& options, auto&& visitor) {
    visitor(sparseann::field("rate", options.rate, "how fast", sparseann::above(0)));
    visitor(sparseann::field("threads", options.threads, "at once", sparseann::at_least(1), Affects::execution));
  }
};

struct Tree {
  std::size_t count = 3;
  std::uint8_t small = 7;
  bool fast = true;
  float weight = 0.25F;
  Kind schedule = Kind::step;
  std::string name = "x";
  std::vector<int> widths{4, 8};
  std::vector<Kind> schedules{Kind::poly};
  std::array<std::size_t, 3> patch{1, 2, 3};
  std::optional<double> share;
  Leaf inner;
  bool operator==(const Tree&) const = default;
  friend void visit(Tree& options, auto&& visitor) {
    using sparseann::field;
    visitor(field("count", options.count, "how many", sparseann::between(1, 10)));
    visitor(field("small", options.small, "a byte"));
    visitor(field("fast", options.fast, "hurry", {}, Affects::execution));
    visitor(field("weight", options.weight, "of all"));
    visitor(field("schedule", options.schedule, "which"));
    visitor(field("name", options.name, "who"));
    visitor(field("widths", options.widths, "of layers"));
    visitor(field("schedules", options.schedules, "in turn"));
    visitor(field("patch", options.patch, "extents"));
    visitor(field("share", options.share, "part"));
    visitor(field("inner", options.inner, "nested"));
  }
};

const Json defaults = Json::parse(R"({"count": 3, "small": 7, "fast": true, "weight": 0.25, "schedule": "step",
  "name": "x", "widths": [4, 8], "schedules": ["poly"], "patch": [1, 2, 3], "share": null,
  "inner": {"rate": 0.5, "threads": 2}})");

Tree decode(const Json& change) {
  Json json = defaults;
  json.merge_patch(change);
  Tree options;
  from_json(json, options);
  return options;
}

} // namespace

TEST_CASE("to_json writes every field in the order of declaration") {
  CHECK(to_json(Tree{}) == defaults);
  CHECK(to_json(Tree{}).begin().key() == "count");
  CHECK(to_json(Tree{.share = 0.5})["share"] == 0.5);
  CHECK(to_json(Leaf{}, FieldFilter::affecting_results).dump() == R"({"rate":0.5})");
  CHECK_FALSE(to_json(Tree{}, FieldFilter::affecting_results)["inner"].contains("threads"));
  CHECK(to_json(sparseann::NoOptions{}).dump() == "{}");
  CHECK_THROWS_WITH(to_json(Tree{.inner = {.rate = std::numeric_limits<double>::infinity()}}),
                    "inner.rate: expected a finite number, as JSON has no other, got inf");
}

TEST_CASE("from_json sets every field") {
  Tree options{.count = 9, .fast = false, .widths = {}, .share = 0.1, .inner = {.rate = 3, .threads = 5}};
  from_json(defaults, options);
  CHECK(options == Tree{});
  const Tree changed{.count = 10,
                     .small = 255,
                     .fast = false,
                     .weight = 0.1F,
                     .schedule = Kind::poly,
                     .name = "ü",
                     .widths = {},
                     .schedules = {},
                     .patch = {4, 5, 6},
                     .share = 1.0 / 3,
                     .inner = {1e-300, 1}};
  from_json(Json::parse(to_json(changed).dump()), options);
  CHECK(options == changed);
  CHECK(decode({{"inner", {{"rate", 2}}}}).inner.rate == 2.0);
}

TEST_CASE("from_json names what is wrong") {
  CHECK_THROWS_AS(decode({{"count", "3"}}), InvalidArgument);
  CHECK_THROWS_WITH(decode({{"count", "3"}}), "count: expected a whole number, got \"3\"");
  CHECK_THROWS_WITH(decode({{"count", 3.5}}), "count: expected a whole number, got 3.5");
  CHECK_THROWS_WITH(decode({{"small", 256}}), "small: expected a whole number of 0 to 255, got 256");
  CHECK_THROWS_WITH(decode({{"small", -1}}), "small: expected a whole number of 0 to 255, got -1");
  CHECK_THROWS_WITH(decode({{"fast", 1}}), "fast: expected true or false, got 1");
  CHECK_THROWS_WITH(decode({{"schedule", "cosine"}}), "schedule: expected one of poly, step, got 'cosine'");
  CHECK_THROWS_WITH(decode({{"schedule", 1}}), "schedule: expected a name, got 1");
  CHECK_THROWS_WITH(decode({{"widths", {4, "x"}}}), "widths[1]: expected a whole number, got \"x\"");
  CHECK_THROWS_WITH(decode({{"widths", 4}}), "widths: expected a list, got 4");
  CHECK_THROWS_WITH(decode({{"patch", {1, 2}}}), "patch: expected a list of 3, got [1,2]");
  CHECK_THROWS_WITH(decode({{"inner", {{"rate", 0}}}}), "inner.rate: expected a number above 0, got 0");
  CHECK_THROWS_WITH(decode({{"inner", {{"speed", 0}}}}), "inner.speed: expected no such option, got 0");
  CHECK_THROWS_WITH(decode({{"inner", {{"rate", nullptr}}}}), "inner.rate: expected a value, got none");
  CHECK_THROWS_WITH(decode({{"inner", 4}}), "inner: expected an object, got 4");
  Tree options;
  CHECK_THROWS_WITH(from_json(Json::array(), options), "options: expected an object, got []");
}

TEST_CASE("from_json leaves the options as they were where it throws") {
  Tree options{.count = 9};
  Json json = defaults;
  json["inner"]["rate"] = -1;
  CHECK_THROWS_AS(from_json(json, options), InvalidArgument);
  CHECK(options == Tree{.count = 9});
}

TEST_CASE("differences names the paths that differ, and only those that affect results") {
  CHECK(differences(defaults, Tree{}).empty());
  const Tree changed{.fast = false, .widths = {4, 9}, .share = 0.5, .inner = {.rate = 0.75, .threads = 9}};
  CHECK(differences(defaults, changed) == std::vector<std::string>{"widths", "share", "inner.rate"});
  CHECK(differences(to_json(Tree{}, FieldFilter::affecting_results), changed) ==
        std::vector<std::string>{"widths", "share", "inner.rate"});
  Json older = defaults;
  older.erase("name");
  older["retired"] = 1;
  CHECK(differences(older, Tree{}) == std::vector<std::string>{"name", "retired"});
  CHECK(differences(Json{{"a", 1}, {"b", {{"c", 2}}}}, Json{{"b", {{"c", 3}}}, {"a", 1.0}}) ==
        std::vector<std::string>{"b.c"});
}

TEST_CASE("JSON files") {
  const sparseann::test::TemporaryDirectory directory;
  const auto path = directory.path() / "run.json";
  sparseann::write_json_file(path, defaults);
  CHECK(sparseann::read_json_file(path) == defaults);
  sparseann::publish_atomically(path, "{\"a\": 1,}");
  CHECK_THROWS_AS(sparseann::read_json_file(path), sparseann::IoError);
  try {
    const Json json = sparseann::read_json_file(path);
  } catch (const sparseann::IoError& error) {
    CHECK(error.path() == path);
    CHECK(error.offset() == 9U);
  }
  CHECK_THROWS_AS(sparseann::read_json_file(directory.path() / "missing"), sparseann::IoError);
}
