#pragma once

#include <memory>
#include <string>

#include "sparseann/tensor/torch.hpp"
#include "sparseann/train/exchange.hpp"

namespace sparseann::three_steps {

/// The processes that mpirun or srun started together, of which this is one; or this one by itself.
///
/// ranks/mpi.cpp where there is an MPI, ranks/alone.cpp where not. Throws: Error where several were started and there
/// is none.
class Ranks {
public:
  Ranks();
  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  /// The device that the call's "cpu", "cuda" or "cuda:N" means for this rank: of several, each has a GPU of its own.
  [[nodiscard]] std::string device_name(const std::string& name) const;

  /// How the ranks add up tensors: by MPI, and by NCCL what lies on a GPU, where this build has it. Waits for all.
  [[nodiscard]] Exchange exchange(torch::Device device) const;

  /// What main returns: where this rank failed, the others end, too.
  [[nodiscard]] int end(int exit_code) const;

private:
  struct Session;
  std::unique_ptr<Session> session_;
};

} // namespace sparseann::three_steps
