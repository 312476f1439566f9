#include "sparseann/tensor/device.hpp"

#include <string>

#include "support/catch.hpp"

using sparseann::device_from_name;
using sparseann::InvalidArgument;

TEST_CASE("the CPU is a device everywhere") {
  CHECK(device_from_name("cpu") == torch::Device(torch::kCPU));
  CHECK(sparseann::describe(torch::kCPU).find("cpu, ") == 0);
}

TEST_CASE("a GPU is a device where there is one, else an error that says so") {
  CHECK(sparseann::free_gpu_memory(torch::kCPU) == 0);
  if (torch::cuda::is_available()) {
    CHECK(device_from_name("cuda") == torch::Device(torch::kCUDA, 0));
    CHECK(device_from_name("cuda:0") == torch::Device(torch::kCUDA, 0));
    CHECK_THROWS_AS(device_from_name("cuda:99"), InvalidArgument);
    CHECK(sparseann::describe(device_from_name("cuda")).find("cuda:0, ") == 0);
  } else {
    CHECK_THROWS_WITH(device_from_name("cuda"),
                      "--device: expected a device of this machine, got 'cuda', but no GPU is present");
    CHECK_THROWS_WITH(device_from_name("cuda:1"),
                      "--device: expected a device of this machine, got 'cuda:1', but no GPU is present");
  }
}

TEST_CASE("another name is no device") {
  for (const std::string name : {"", "gpu", "CPU", "cuda:", "cuda:x", "cuda:1x", "cuda:-1", "cuda1", "mps"})
    CHECK_THROWS_WITH(device_from_name(name), "--device: expected cpu, cuda or cuda:N, got '" + name + "'");
}

TEST_CASE("the number of threads is set, and is at least 1") {
  const int before = at::get_num_threads();
  sparseann::use_threads(1);
  CHECK(at::get_num_threads() == 1);
  CHECK(sparseann::describe(torch::kCPU).find("cpu, 1 threads, ") == 0);
  sparseann::use_threads(before);
  CHECK(at::get_num_threads() == before);
  CHECK_THROWS_WITH(sparseann::use_threads(0), "--threads: expected at least 1, got 0");
}
