#include "ranks.hpp"

#include <fmt/format.h>

#include "sparseann/tensor/nccl.hpp"
#include "sparseann/train/mpi_exchange.hpp"
#include "sparseann/train/nccl_exchange.hpp"

namespace sparseann::three_steps {

struct Ranks::Session {
  MpiSession mpi;
};

// Starting MPI takes a moment that a single process need not wait for.
Ranks::Ranks() : session_(is_started_by_mpi() ? std::make_unique<Session>() : nullptr) {}
Ranks::~Ranks() = default;

std::string Ranks::device_name(const std::string& name) const {
  const bool chooses = session_ && name == "cuda";
  return chooses ? fmt::format("cuda:{}", MpiExchange{}.rank_of_machine()) : name;
}

Exchange Ranks::exchange(torch::Device device) const {
  if (!session_)
    return {};
  if (has_nccl && device.is_cuda())
    return Exchange(NcclExchange(MpiExchange{}, device));
  return Exchange(MpiExchange{});
}

int Ranks::end(int exit_code) const { return session_ ? session_->mpi.end(exit_code) : exit_code; }

} // namespace sparseann::three_steps
