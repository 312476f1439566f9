#include "ranks.hpp"

#include "sparseann/train/mpi_exchange.hpp"

namespace sparseann::three_steps {

struct Ranks::Session {
  MpiSession mpi;
};

// Starting MPI takes a moment that a single process need not wait for.
Ranks::Ranks() : session_(is_started_by_mpi() ? std::make_unique<Session>() : nullptr) {}
Ranks::~Ranks() = default;

Exchange Ranks::exchange() const { return session_ ? Exchange(MpiExchange{}) : Exchange(); }

int Ranks::end(int exit_code) const { return session_ ? session_->mpi.end(exit_code) : exit_code; }

} // namespace sparseann::three_steps
