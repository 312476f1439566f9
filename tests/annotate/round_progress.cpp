#include "sparseann/annotate/round_progress.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

TEST_CASE("a page's progress is replaced, and nothing else of it") {
  const test::TemporaryDirectory directory;
  const auto page = directory.path() / "index.html";
  const std::vector<std::string> names{"a", "<b>,\"c\""};
  publish_atomically(page, "<p>before</p>" + detail::progress_element({}, {}) + "<p>after</p>");
  const std::vector<AnnotatedSlice> slices{{0, {Plane::xy, 7, SliceState::drawn}},
                                           {1, {Plane::yz, 0, SliceState::empty}}};
  show_progress(page, slices, names);
  CHECK(read_file(page) ==
        "<p>before</p><script type=\"application/json\" id=\"progress\">{\"a,xy,7\":\"drawn\","
        "\"\\\"\\u003cb>,\\\"\\\"c\\\"\\\"\\\",yz,0\":\"empty\"}</script><!-- progress --><p>after</p>");
  show_progress(page, {}, names);
  CHECK(read_file(page) == "<p>before</p>" + detail::progress_element({}, {}) + "<p>after</p>");
}

TEST_CASE("another page is refused") {
  const test::TemporaryDirectory directory;
  publish_atomically(directory.path() / "index.html", "<p>mine</p>");
  CHECK_THROWS_WITH(show_progress(directory.path() / "index.html", {}, {}),
                    ContainsSubstring("expected a round's page"));
}
