// How long volumes take to read: names are FORMAT/TASK/VOXELS.
//
// nifti/read/int16: a .nii.gz of 352 x 352 x 200 voxels of 16 bits with slope and intercept, to floats, written to a
// file that the system has in memory; raw/isal, raw/libdeflate, raw/zlib: the same bytes from memory into memory that
// is there already, which is the least that any reader does. Bytes per second are those of the decompressed file.
// SPARSEANN_BENCHMARK_VOLUME names a file to take instead.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <isa-l/igzip_lib.h>
#include <zlib.h>
#if __has_include(<libdeflate.h>)
#include <libdeflate.h>
#endif

#include "sparseann/core/error.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/io/gzip.hpp"
#include "sparseann/io/hdf5.hpp"
#include "sparseann/io/nifti.hpp"

namespace {

using namespace sparseann;

/// As noisy as a scan: soft shapes of some hundred steps, noise of some ten.
Volume<std::int16_t> scan() {
  Volume<std::int16_t> volume = zeros_on<std::int16_t>(isotropic_geometry({200, 352, 352}));
  Generator generator(1);
  std::size_t i = 0;
  for (std::size_t z = 0; z < 200; ++z)
    for (std::size_t y = 0; y < 352; ++y)
      for (std::size_t x = 0; x < 352; ++x, ++i) {
        const auto at = [](std::size_t place) { return static_cast<double>(place) * 0.05; };
        const double shape = 400.0 * std::sin(at(x)) * std::cos(at(y)) * std::cos(at(z));
        const bool inside = std::hypot(at(x) - 8.8, at(y) - 8.8) < 7; // air around it, as scans have
        elements(volume.voxels)[i] =
            inside ? static_cast<std::int16_t>(shape + 500.0 + static_cast<double>(generator.uniform_index(32)))
                   : std::int16_t{0};
      }
  return volume;
}

/// One compressed volume, and what it is decompressed.
struct Sample {
  std::filesystem::path path;
  std::string compressed;
  std::string plain;
};

void with_scaling(std::string& plain) {
  nifti_1_header header;
  std::memcpy(&header, plain.data(), sizeof header);
  header.scl_slope = 0.5F;
  header.scl_inter = -3;
  std::memcpy(plain.data(), &header, sizeof header);
}

Sample made_sample() {
  const auto path = std::filesystem::temp_directory_path() / "sparseann_bench_volumes.nii.gz";
  write_nifti(path, scan());
  std::string plain = decompress_gzip(path, read_file(path), std::uint64_t{1} << 32U);
  with_scaling(plain);
  publish_atomically(path, compress_gzip(plain));
  return {path, read_file(path), plain};
}

const Sample& sample() {
  static const Sample made = [] {
    const char* const named = std::getenv("SPARSEANN_BENCHMARK_VOLUME");
    if (named == nullptr)
      return made_sample();
    const std::string compressed = read_file(named);
    return Sample{named, compressed, decompress_gzip(named, compressed, std::uint64_t{1} << 34U)};
  }();
  return made;
}

/// Counts what `body(out)` decompresses.
template <class Body> void measure(benchmark::State& state, Body&& body) {
  std::string out(sample().plain.size(), '\1');
  for (auto _ : state)
    body(out);
  if (out != sample().plain)
    state.SkipWithError("the result is wrong");
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}

void with_isal(benchmark::State& state) {
  measure(state, [](std::string& out) {
    const std::string& compressed = sample().compressed;
    inflate_state stream;
    isal_inflate_init(&stream);
    stream.crc_flag = ISAL_GZIP;
    stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(compressed.data()));
    stream.avail_in = static_cast<std::uint32_t>(compressed.size());
    stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream.avail_out = static_cast<std::uint32_t>(out.size());
    benchmark::DoNotOptimize(isal_inflate(&stream));
  });
}

void with_zlib(benchmark::State& state) {
  measure(state, [](std::string& out) {
    const std::string& compressed = sample().compressed;
    z_stream stream{};
    inflateInit2(&stream, MAX_WBITS + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
    stream.avail_in = static_cast<uInt>(compressed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    benchmark::DoNotOptimize(inflate(&stream, Z_FINISH));
    inflateEnd(&stream);
  });
}

#if __has_include(<libdeflate.h>)
void with_libdeflate(benchmark::State& state) {
  measure(state, [](std::string& out) {
    const std::string& compressed = sample().compressed;
    libdeflate_decompressor* const decompressor = libdeflate_alloc_decompressor();
    benchmark::DoNotOptimize(libdeflate_gzip_decompress(decompressor, compressed.data(), compressed.size(), out.data(),
                                                        out.size(), nullptr));
    libdeflate_free_decompressor(decompressor);
  });
}
#endif

void read_image(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(read_nifti_image(sample().path));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(sample().plain.size()));
}

/// Through a reader's pieces, without converting.
void read_pieces(benchmark::State& state) {
  std::string scratch(std::size_t{1} << 18U, '\0');
  for (auto _ : state) {
    GzipReader reader("sample", sample().compressed);
    while (reader.read(scratch) == scratch.size())
      benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(sample().plain.size()));
}

void add(const char* name, void (*body)(benchmark::State&)) {
  benchmark::RegisterBenchmark(name, body)->UseRealTime()->Unit(benchmark::kMillisecond);
}

} // namespace

int main(int argc, char** argv) {
  try {
    add("raw/isal", &with_isal);
#if __has_include(<libdeflate.h>)
    add("raw/libdeflate", &with_libdeflate);
#endif
    add("raw/zlib", &with_zlib);
    add("gzip/pieces", &read_pieces);
    add("nifti/read/int16", &read_image);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return exit_code(error);
  }
}
