#include "sparseann/core/joined_name.hpp"

#include "support/catch.hpp"

namespace {
constexpr std::string_view first_part = "first";
constexpr std::string_view joint = "_and_";
constexpr std::string_view empty_part;
} // namespace

TEST_CASE("names are joined when the program is compiled") {
  STATIC_REQUIRE(sparseann::joined_name<first_part> == "first");
  STATIC_REQUIRE(sparseann::joined_name<first_part, joint, empty_part, first_part> == "first_and_first");
}
