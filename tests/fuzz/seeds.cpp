// Writes the inputs that fuzzing starts from: seeds DIRECTORY makes a folder in it for each format.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/gzip.hpp"
#include "sparseann/io/hdf5.hpp"
#include "sparseann/io/nifti.hpp"
#include "sparseann/io/npy_header.hpp"
#include "sparseann/io/tiff.hpp"
#include "support/safetensors_bytes.hpp"
#include "support/zip_archive.hpp"

namespace {

/// A .npy file of zeros.
std::string zeros(std::string_view type, const std::vector<std::size_t>& shape) {
  std::size_t bytes = *sparseann::npy_element_bytes(type);
  for (const std::size_t extent : shape)
    bytes *= extent;
  return sparseann::make_npy_header(type, shape) + std::string(bytes, '\0');
}

/// The same text with its first `from` replaced by `to`, which is as long.
std::string with(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);
}

void write_tables(const std::filesystem::path& folder) {
  const std::vector<std::vector<std::size_t>> shapes{{6}, {2, 3}, {2, 1, 3}, {2, 1, 2, 2}, {0, 4}};
  for (const std::string_view type : {"u1", "u4", "i4", "i8", "f4", "f8"})
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      const std::string file = zeros(type, shapes[i]);
      sparseann::publish_atomically(folder / fmt::format("{}_{}", type, i), file);
      const std::string fortran = with(file, "False", " True");
      sparseann::publish_atomically(folder / fmt::format("{}_{}_fortran", type, i), fortran);
      if (type != "u1")
        sparseann::publish_atomically(folder / fmt::format("{}_{}_swapped", type, i), with(fortran, "<", ">"));
    }
}

template <class T> std::string numbers(std::string_view type, const std::vector<T>& values) {
  return sparseann::make_npy_header(type, {values.size()}) +
         std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

/// How fuzz_npz reads entries without an archive around them.
std::string bare(const sparseann::test::ZipEntries& entries) {
  std::string bytes(1, '\0');
  for (const auto& [name, entry] : entries) {
    bytes += static_cast<char>(entry.size() & 0xffU);
    bytes += static_cast<char>(entry.size() >> 8U);
    bytes += entry;
  }
  return bytes;
}

void write_matrices(const std::filesystem::path& folder) {
  sparseann::test::ZipEntries entries{{"format.npy", sparseann::make_npy_header("S3", {}) + "csr"},
                                      {"shape.npy", numbers<std::int64_t>("i8", {3, 4})},
                                      {"indptr.npy", numbers<std::int32_t>("i4", {0, 2, 2, 3})},
                                      {"indices.npy", numbers<std::int32_t>("i4", {3, 1, 0})},
                                      {"data.npy", numbers<float>("f4", {0.5F, -1, 2})}};
  sparseann::publish_atomically(folder / "stored", "\1" + sparseann::test::zip_archive(entries, ZIP_CM_STORE));
  sparseann::publish_atomically(folder / "deflated", "\1" + sparseann::test::zip_archive(entries, ZIP_CM_DEFLATE));
  sparseann::publish_atomically(folder / "narrow", bare(entries));
  entries[2].second = numbers<std::int64_t>("i8", {0, 2, 2, 3});
  entries[3].second = numbers<std::int64_t>("i8", {3, 1, 0});
  entries[4].second = numbers<double>("f8", {0.5, -1, 2});
  sparseann::publish_atomically(folder / "wide", bare(entries));
}

void write_tensors(const std::filesystem::path& folder) {
  sparseann::publish_atomically(folder / "none", sparseann::test::safetensors_bytes("{}"));
  sparseann::publish_atomically(
      folder / "two", sparseann::test::safetensors_bytes(
                          R"({"__metadata__":{"k":"v"},"a":{"dtype":"F16","shape":[2,1],"data_offsets":[0,4]},)"
                          R"("b":{"dtype":"F64","shape":[],"data_offsets":[4,12]}})",
                          std::string(12, '\0')));
}

template <class T> sparseann::Array3<T> some_voxels() {
  sparseann::Array3<T> voxels({3, 4, 5});
  for (std::size_t i = 0; i < voxels.size(); ++i)
    voxels.data()[i] = static_cast<T>(i % 7);
  return voxels;
}

/// How fuzz_gzip reads a gzip file: after the length of its pieces, and that its header is in it.
void write_gzip(const std::filesystem::path& folder) {
  const std::string text = "annotate less, annotate less, " + std::string(500, 'x');
  const std::string file = sparseann::compress_gzip(text);
  sparseann::publish_atomically(folder / "text", std::string(2, '\0') + file);
  sparseann::publish_atomically(folder / "two", std::string(2, '\2') + file + file + std::string(5, '\0'));
  sparseann::publish_atomically(folder / "data", std::string(2, '\1') + file.substr(10));
}

template <class... T> void write_volumes(const std::filesystem::path& directory) {
  const sparseann::Geometry geometry = sparseann::isotropic_geometry({3, 4, 5});
  const auto write = [&]<class Voxel>(Voxel, int number) {
    const auto voxels = some_voxels<Voxel>();
    for (const char* const ending : {"nii", "nii.gz"})
      sparseann::write_nifti(directory / "nifti" / fmt::format("{}.{}", number, ending),
                             sparseann::Volume<Voxel>{voxels, geometry});
    sparseann::write_hdf5(directory / "hdf5" / fmt::format("{}", number), "raw", voxels, "label", voxels);
    if constexpr (sparseann::TiffVoxel<Voxel>)
      sparseann::write_tiff(directory / "tiff" / fmt::format("{}", number), voxels);
  };
  int number = 0;
  (write(T{}, number++), ...);
}

} // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("expected one argument: the directory to write to\n", stderr);
    return 2;
  }
  const std::filesystem::path directory = arguments[1];
  for (const char* const name : {"npy", "npz", "safetensors", "gzip", "nifti", "hdf5", "tiff"})
    std::filesystem::create_directories(directory / name);
  write_tables(directory / "npy");
  write_matrices(directory / "npz");
  write_tensors(directory / "safetensors");
  write_gzip(directory / "gzip");
  write_volumes<std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, float, double>(directory);
  return 0;
}
