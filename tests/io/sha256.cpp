#include "sparseann/io/sha256.hpp"

#include "sparseann/io/atomic_file.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

TEST_CASE("SHA-256 gives the digests that its standard publishes") { // FIPS 180-4's examples, as NIST lists them
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 of pieces is that of the whole") {
  Sha256 pieces;
  pieces.update("a").update("").update("bc");
  CHECK(pieces.finish() == sha256("abc"));
}

TEST_CASE("SHA-256 of a file is that of its bytes") {
  const test::TemporaryDirectory directory;
  publish_atomically(directory.path() / "file", "abc");
  publish_atomically(directory.path() / "empty", "");
  CHECK(sha256_of_file(directory.path() / "file") == sha256("abc"));
  CHECK(sha256_of_file(directory.path() / "empty") == sha256(""));
  CHECK_THROWS_AS(sha256_of_file(directory.path() / "missing"), IoError);
}

TEST_CASE("SHA-256 of an image depends on its shape, spacing and voxels, and on nothing else") {
  const Image image{.voxels = Array4<float>{{{{1, 2}, {3, 4}}}}, .geometry = isotropic_geometry({1, 2, 2}, 0.5)};
  Image same = image;
  same.geometry.orientation.offset_mm = {1, 2, 3};
  CHECK(sha256_of_image(same) == sha256_of_image(image));
  Image voxel = image;
  voxel.voxels(0, 0, 1, 1) = 5;
  CHECK(sha256_of_image(voxel) != sha256_of_image(image));
  Image spacing = image;
  spacing.geometry.spacing_mm[2] = 0.6;
  CHECK(sha256_of_image(spacing) != sha256_of_image(image));
  Image shape = image;
  shape.voxels.reshape({1, 1, 1, 4});
  CHECK(sha256_of_image(shape) != sha256_of_image(image));
}
