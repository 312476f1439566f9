#include "sparseann/train/mpi_exchange.hpp"

#include <cstdlib>

#include "support/catch.hpp"

// What ranks do together is in tests/ranks, whose processes mpirun starts.

TEST_CASE("a process that nobody started with MPI knows it") {
  if (std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr)
    CHECK_FALSE(sparseann::is_started_by_mpi());
  ::setenv("OMPI_COMM_WORLD_SIZE", "2", 1);
  CHECK(sparseann::is_started_by_mpi());
  ::unsetenv("OMPI_COMM_WORLD_SIZE");
}

TEST_CASE("types that MPI is asked to add up") {
  CHECK(sparseann::detail::mpi_type(torch::kFloat) == MPI_FLOAT);
  CHECK(sparseann::detail::mpi_type(torch::kDouble) == MPI_DOUBLE);
  CHECK(sparseann::detail::mpi_type(torch::kLong) == MPI_INT64_T);
  CHECK_THROWS_AS(sparseann::detail::mpi_type(torch::kBFloat16), sparseann::InvalidArgument);
}
