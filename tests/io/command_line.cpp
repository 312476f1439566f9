#include "sparseann/io/command_line.hpp"

#include <array>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "support/catch.hpp"

namespace {

enum class Schedule { poly, step };
constexpr std::array<std::string_view, 2> names_of(Schedule) { return {"poly", "step"}; }

struct Inner {
  double rate = 0.5;
  bool operator==(const Inner&) const = default;
  friend void visit(Inner& options, auto&& visitor) {
    visitor(sparseann::field("rate", options.rate, "how fast", sparseann::above(0)));
  }
};

struct Outer {
  std::size_t count = 3;
  int offset = 0;
  bool fast = true;
  Schedule schedule = Schedule::step;
  std::string name = "x";
  std::string file;
  std::vector<int> widths{4, 8};
  std::array<double, 3> spacing_mm{1, 1, 1};
  std::optional<double> share;
  Inner inner;
  bool operator==(const Outer&) const = default;
  friend void visit(Outer& options, auto&& visitor) {
    using sparseann::field;
    visitor(field("count", options.count, "how many", sparseann::between(1, 10)));
    visitor(field("offset", options.offset, "from the middle"));
    visitor(field("fast", options.fast, "hurry"));
    visitor(field("schedule", options.schedule, "which"));
    visitor(field("name", options.name, "who"));
    visitor(field("file", options.file, "where"));
    visitor(field("widths", options.widths, "of layers", sparseann::at_least(1)));
    visitor(field("spacing_mm", options.spacing_mm, "of voxels"));
    visitor(field("share", options.share, "part", sparseann::between(0, 1)));
    visitor(field("inner", options.inner, "nested"));
  }
};

struct Outcome {
  int code = -1;
  bool ran = false;
  Outer options;
  std::string output;
  std::string errors;
};

Outcome run(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "program");
  Outcome outcome;
  std::ostringstream output;
  std::ostringstream errors;
  CLI::App app("Tests the command line.");
  sparseann::add_options(app, outcome.options, "task");
  outcome.code = sparseann::run_program(
      app, static_cast<int>(arguments.size()), arguments.data(), [&] { outcome.ran = true; }, output, errors);
  outcome.output = output.str();
  outcome.errors = errors.str();
  return outcome;
}

} // namespace

TEST_CASE("every field has a flag") {
  const Outcome outcome = run({"--task.count", "7", "--task.offset", "-3", "--task.fast", "false",
                               "--task.schedule=poly", "--task.name", "heart", "--task.widths", "1,2,3",
                               "--task.spacing_mm", "0.5,2,1e-1", "--task.share", "0.25", "--task.inner.rate", "2"});
  CHECK(outcome.errors.empty());
  CHECK(outcome.code == 0);
  CHECK(outcome.ran);
  CHECK(outcome.options == Outer{.count = 7,
                                 .offset = -3,
                                 .fast = false,
                                 .schedule = Schedule::poly,
                                 .name = "heart",
                                 .widths = {1, 2, 3},
                                 .spacing_mm = {0.5, 2, 0.1},
                                 .share = 0.25,
                                 .inner = {2}});
}

TEST_CASE("defaults stay, none empties an optional") {
  CHECK(run({}).options == Outer{});
  CHECK(run({"--task.share", "none"}).options == Outer{});
}

TEST_CASE("help names defaults and limits and ends well") {
  const Outcome outcome = run({"--help"});
  CHECK(outcome.code == 0);
  CHECK_FALSE(outcome.ran);
  CHECK(outcome.errors.empty());
  std::string words; // the parser breaks lines where it likes
  std::istringstream stream(outcome.output);
  for (std::string word; stream >> word;)
    words += word + " ";
  CHECK(words.find("--task.count") != std::string::npos);
  CHECK(words.find("how many (a number of at least 1 and at most 10; default 3)") != std::string::npos);
  CHECK(words.find("which (one of poly, step; default step)") != std::string::npos);
  CHECK(words.find("default 4,8)") != std::string::npos);
  CHECK(words.find("where (text; default empty)") != std::string::npos);
  CHECK(words.find("part (a number of at least 0 and at most 1, or none; default none)") != std::string::npos);
}

TEST_CASE("usage errors name the flag and end with 2") {
  const auto check = [](const std::vector<const char*>& arguments, const std::string& message) {
    const Outcome outcome = run(arguments);
    CHECK(outcome.code == 2);
    CHECK_FALSE(outcome.ran);
    CHECK(outcome.output.empty());
    CHECK(outcome.errors == "error: " + message + "\n");
    CHECK(outcome.options == Outer{});
  };
  check({"--task.count", "0"}, "--task.count: expected a number of at least 1 and at most 10, got 0");
  check({"--task.count", "-1"}, "--task.count: expected a whole number without a sign, got '-1'");
  check({"--task.count", "7x"}, "--task.count: expected a whole number without a sign, got '7x'");
  check({"--task.offset", "1.5"}, "--task.offset: expected a whole number, got '1.5'");
  check({"--task.fast", "yes"}, "--task.fast: expected true or false, got 'yes'");
  check({"--task.schedule", "cosine"}, "--task.schedule: expected one of poly, step, got 'cosine'");
  check({"--task.widths", "4,,8"}, "--task.widths: expected a whole number, got ''");
  check({"--task.widths", "4,0"}, "--task.widths: expected a number of at least 1, got 0");
  check({"--task.spacing_mm", "1,2"}, "--task.spacing_mm: expected 3 values separated by commas, got 2");
  check({"--task.spacing_mm", "1,2,3,4"}, "--task.spacing_mm: expected 3 values separated by commas, got 4");
  check({"--task.share", "2"}, "--task.share: expected a number of at least 0 and at most 1, got 2");
  check({"--task.inner.rate", "nan"}, "--task.inner.rate: expected a number above 0, got nan");
  for (const std::vector<const char*>& arguments : {std::vector<const char*>{"--unknown", "1"},
                                                    {"stray"},
                                                    {"--task.count"},
                                                    {"--task.count", "1", "--task.count", "2"}}) {
    const Outcome outcome = run(arguments);
    CHECK(outcome.code == 2);
    CHECK_FALSE(outcome.ran);
    CHECK(outcome.errors.starts_with("error: "));
  }
}

TEST_CASE("guarded_main turns errors into messages and exit codes") {
  const auto ends = [](const auto& body) {
    std::ostringstream errors;
    const int code = sparseann::guarded_main(body, errors);
    return std::pair(code, errors.str());
  };
  CHECK(ends([] {}) == std::pair(0, std::string()));
  CHECK(ends([] { return 3; }) == std::pair(3, std::string()));
  CHECK(ends([] { throw sparseann::DataError("case a", "x", "y"); }) ==
        std::pair(1, std::string("error: case a: expected x, got y\n")));
  CHECK(ends([] { throw sparseann::InvalidArgument("--every", "x", "y"); }) ==
        std::pair(2, std::string("error: --every: expected x, got y\n")));
  CHECK(ends([]() -> int { throw std::runtime_error("boom"); }) == std::pair(1, std::string("error: boom\n")));
}
