#pragma once

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <mpi.h>

#include "sparseann/core/error.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/train/exchange.hpp"

namespace sparseann {

namespace detail {

inline void check_mpi(int code, const char* what) {
  if (code == MPI_SUCCESS)
    return;
  std::string text(MPI_MAX_ERROR_STRING, '\0');
  int length = 0;
  MPI_Error_string(code, text.data(), &length);
  throw Error(fmt::format("MPI, {}: {}", what, text.substr(0, static_cast<std::size_t>(length))));
}

[[nodiscard]] inline MPI_Datatype mpi_type(torch::ScalarType type) {
  switch (type) {
  case torch::kFloat: return MPI_FLOAT;
  case torch::kDouble: return MPI_DOUBLE;
  case torch::kLong: return MPI_INT64_T;
  default: throw InvalidArgument("tensor to sum", "float32, float64 or int64", c10::toString(type));
  }
}

/// Waits without keeping a core busy: whoever is waited for may take minutes, and shares the machine.
inline void wait_gently(MPI_Request& request) {
  for (int done = 0;;) {
    check_mpi(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "waiting");
    if (done != 0)
      return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

} // namespace detail

/// Whether this process was started by mpirun or srun as one of several.
[[nodiscard]] inline bool is_started_by_mpi() {
  for (const char* const variable : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"})
    if (std::getenv(variable) != nullptr)
      return true;
  return false;
}

/// MPI for as long as it lives, which must be once in a program.
class MpiSession {
public:
  MpiSession() {
    int provided = 0;
    detail::check_mpi(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "start");
  }
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;
  ~MpiSession() { MPI_Finalize(); }

  /// For a program's main: ends all ranks where this one failed, as they would wait for it forever.
  [[nodiscard]] int end(int exit_code) const {
    if (exit_code != EXIT_SUCCESS)
      MPI_Abort(MPI_COMM_WORLD, exit_code);
    return exit_code;
  }
};

/// The processes of MPI_COMM_WORLD. A session must live meanwhile.
class MpiExchange {
public:
  [[nodiscard]] int rank() const {
    int rank = 0;
    detail::check_mpi(MPI_Comm_rank(MPI_COMM_WORLD, &rank), "rank");
    return rank;
  }
  [[nodiscard]] int ranks() const {
    int ranks = 1;
    detail::check_mpi(MPI_Comm_size(MPI_COMM_WORLD, &ranks), "number of ranks");
    return ranks;
  }

  /// This process's number among those of the same machine, from 0.
  [[nodiscard]] int rank_of_machine() const {
    MPI_Comm machine = MPI_COMM_NULL;
    detail::check_mpi(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank(), MPI_INFO_NULL, &machine),
                      "ranks of this machine");
    int rank = 0;
    detail::check_mpi(MPI_Comm_rank(machine, &rank), "rank");
    detail::check_mpi(MPI_Comm_free(&machine), "ranks of this machine");
    return rank;
  }

  /// Gives all ranks the bytes of the first.
  void broadcast(std::span<std::byte> bytes) const {
    detail::check_mpi(MPI_Bcast(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, 0, MPI_COMM_WORLD),
                      "broadcast");
  }

  [[nodiscard]] bool sums_on(torch::Device device) const { return device.is_cpu(); }

  void sum(torch::Tensor& tensor) const { start_sum(tensor)(); }

  [[nodiscard]] std::function<void()> start_sum(torch::Tensor& tensor) const {
    if (!tensor.device().is_cpu() || !tensor.is_contiguous() || tensor.numel() > std::numeric_limits<int>::max())
      throw InvalidArgument("tensor to sum", "contiguous, on the CPU, with fewer than 2^31 elements",
                            fmt::format("{} elements on {}", tensor.numel(), tensor.device().str()));
    const auto request = std::make_shared<MPI_Request>();
    detail::check_mpi(MPI_Iallreduce(MPI_IN_PLACE, tensor.data_ptr(), static_cast<int>(tensor.numel()),
                                     detail::mpi_type(tensor.scalar_type()), MPI_SUM, MPI_COMM_WORLD, request.get()),
                      "sum");
    return [request] { detail::check_mpi(MPI_Wait(request.get(), MPI_STATUS_IGNORE), "sum"); };
  }

  void barrier() const {
    MPI_Request request = MPI_REQUEST_NULL;
    detail::check_mpi(MPI_Ibarrier(MPI_COMM_WORLD, &request), "barrier");
    detail::wait_gently(request);
  }
};

static_assert(GradientExchange<MpiExchange>);

} // namespace sparseann
