#include "sparseann/io/tiff_handle.hpp"

#include "support/catch.hpp"

using sparseann::IoError;
using sparseann::TiffHandle;

TEST_CASE("a TiffHandle writes into memory and reads from it") {
  TiffHandle written("a.tif", "w");
  TIFFSetField(written.get(), TIFFTAG_IMAGEWIDTH, 2);
  TIFFSetField(written.get(), TIFFTAG_IMAGELENGTH, 1);
  TIFFSetField(written.get(), TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(written.get(), TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  std::string pixels = "ab";
  REQUIRE(TIFFWriteEncodedStrip(written.get(), 0, pixels.data(), 2) == 2);
  const std::string bytes = written.close();

  const TiffHandle read("a.tif", bytes, 1000000);
  std::string again(2, '\0');
  REQUIRE(TIFFReadEncodedStrip(read.get(), 0, again.data(), 2) == 2);
  CHECK(again == "ab");
}

TEST_CASE("libtiff's messages become errors") {
  CHECK_THROWS_WITH(TiffHandle("a.tif", "plain text", 1000000),
                    ContainsSubstring("a.tif: is no TIFF file that can be read (libtiff: "));
  CHECK_THROWS_AS(TiffHandle("a.tif", "", 1000000), IoError);
}
