#include "sparseann/io/base64.hpp"

#include "support/catch.hpp"

TEST_CASE("base64_encode gives RFC 4648's test vectors") {
  using sparseann::base64_encode;
  CHECK(base64_encode("") == "");
  CHECK(base64_encode("f") == "Zg==");
  CHECK(base64_encode("fo") == "Zm8=");
  CHECK(base64_encode("foo") == "Zm9v");
  CHECK(base64_encode("foob") == "Zm9vYg==");
  CHECK(base64_encode("fooba") == "Zm9vYmE=");
  CHECK(base64_encode("foobar") == "Zm9vYmFy");
  CHECK(base64_encode(std::string_view("\xfb\xff\x00\xfe", 4)) == "+/8A/g==");
}

TEST_CASE("data_uri names the media type") {
  CHECK(sparseann::data_uri("image/png", "foo") == "data:image/png;base64,Zm9v");
}
