// Volumes of electron microscopy from the installed package, without LibTorch.
#include <cstdint>
#include <filesystem>
#include <iostream>

#include "sparseann/data/microscopy_folder.hpp"
#include "sparseann/version.hpp"

int main() {
  const std::filesystem::path folder = "stacks";
  std::filesystem::create_directories(folder);
  sparseann::Array3<std::uint8_t> raw = xt::zeros<std::uint8_t>({2, 3, 4});
  raw(1, 2, 3) = 9;
  sparseann::write_hdf5(folder / "train.h5", "raw", raw, "label", raw);
  sparseann::write_tiff(folder / "test-volume.tif", raw);
  sparseann::write_tiff(folder / "test-labels.tif", raw);
  const sparseann::LabelledCohort data = sparseann::read_microscopy_folder(folder);
  std::filesystem::remove_all(folder);
  std::cout << "sparseann " << sparseann::version << ": " << data.cohort.training.size() << " training stack, "
            << data.cohort.test.size() << " test stack\n";
  const bool right = data.training_labels.at(0).voxels(1, 2, 3) == 1 && data.test_labels.at(0).voxels(1, 2, 3) == 1;
  return right ? 0 : 1;
}
