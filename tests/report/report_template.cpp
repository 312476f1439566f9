#include "sparseann/report/report_template.hpp"

#include <string>

#include <kainjow/mustache.hpp>

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("the page is a template that mustache understands") {
  kainjow::mustache::mustache page{std::string(sparseann::detail::report_template)};
  CHECK(page.is_valid());
  CHECK(page.error_message().empty());
}

TEST_CASE("only markup of our own goes in unescaped") {
  const std::string text(sparseann::detail::report_template);
  for (std::size_t at = text.find("{{{"); at != std::string::npos; at = text.find("{{{", at + 3)) {
    const std::string name = text.substr(at + 3, text.find("}}}", at) - at - 3);
    CHECK((name == "style" || name == "bar" || name == "drawing" || name == "picture" || name == "reconstructions"));
  }
  CHECK(text.find("{{&") == std::string::npos);
}

TEST_CASE("the style's braces balance") {
  int depth = 0;
  for (const char c : sparseann::detail::report_style) {
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    REQUIRE(depth >= 0);
  }
  CHECK(depth == 0);
}
