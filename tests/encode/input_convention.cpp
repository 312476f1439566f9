#include "sparseann/encode/input_convention.hpp"

#include "sparseann/io/atomic_file.hpp"
#include "support/catch.hpp"
#include "support/safetensors_bytes.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

InputConvention convention_of(const std::string& metadata) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "weights.safetensors";
  publish_atomically(path, test::safetensors_bytes(R"({"__metadata__":{)" + metadata + "}}"));
  return input_convention(SafetensorsFile(path));
}

std::string refusal_of(const std::string& sentence) {
  try {
    (void)convention_of(R"("input":")" + sentence + "\"");
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

} // namespace

TEST_CASE("both conventions of VGG-19's weights are understood") {
  CHECK(convention_of(R"("input":"RGB in [0,255], minus mean (123.68,116.779,103.939) per channel, no division; )"
                      R"(zero padding 1")") ==
        InputConvention{.low = 0, .high = 255, .mean = {123.68, 116.779, 103.939}, .divisor = {1, 1, 1}});
  CHECK(convention_of(R"("input":"RGB in [-1, 1], minus mean (0.485, 0.456, 0.406) per channel, divided by )"
                      R"((0.229,0.224,0.225) per channel; zero padding 1")") ==
        InputConvention{.low = -1, .high = 1, .mean = {0.485, 0.456, 0.406}, .divisor = {0.229, 0.224, 0.225}});
}

TEST_CASE("a weight file that does not say what it wants is refused") {
  CHECK_THROWS_AS(convention_of(""), DataError);
  CHECK_THROWS_WITH(convention_of(R"("layout":"OIHW")"), ContainsSubstring("expected metadata 'input', got none"));
}

TEST_CASE("a sentence that is not understood is refused and shown") {
  const std::string sentence = GENERATE(
      as<std::string>{}, "", "RGB", "BGR in [0,255], minus mean (1,2,3) per channel, no division; zero padding 1",
      "RGB in [0,255], minus mean (1,2) per channel, no division; zero padding 1",
      "RGB in [0,255], minus mean (1,2,x) per channel, no division; zero padding 1",
      "RGB in [0,inf], minus mean (1,2,3) per channel, no division; zero padding 1",
      "RGB in [0,nan], minus mean (1,2,3) per channel, no division; zero padding 1",
      "RGB in [255,0], minus mean (1,2,3) per channel, no division; zero padding 1",
      "RGB in [0,1], minus mean (1,2,3) per channel, divided by (1,0,1) per channel; zero padding 1",
      "RGB in [0,1], minus mean (1,2,3) per channel, divided by (1,1,1) per channel; zero padding 0",
      "RGB in [0,1], minus mean (1,2,3) per channel, divided by (1,1,1) per channel; zero padding 1, or so");
  CAPTURE(sentence);
  CHECK_THAT(refusal_of(sentence), ContainsSubstring("weights.safetensors: expected metadata 'input' as \"RGB in"));
  CHECK_THAT(refusal_of(sentence), ContainsSubstring("got \"" + sentence + "\""));
}
