// Any bytes as a NIfTI file, as an image and as labels. A sparseann::Error is the right answer to most of them;
// anything else is a defect.
#include "sparseann/io/nifti.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sparseann/core/error.hpp"
#include "support/memory_file.hpp"

namespace {

template <class Read> void refuse_or_accept(Read&& read) {
  try {
    read();
  } catch (const sparseann::Error&) { // the input was at fault, and it was said so
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sparseann::test::MemoryFile file({reinterpret_cast<const char*>(data), size});
  refuse_or_accept([&] {
    const auto image = sparseann::read_nifti_image(file.path());
    static_cast<void>(sparseann::stated_affine(image.geometry));
  });
  refuse_or_accept([&] { static_cast<void>(sparseann::read_nifti_labels(file.path())); });
  return 0;
}
