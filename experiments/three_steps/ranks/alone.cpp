#include "ranks.hpp"

#include <cstdlib>
#include <string_view>

#include "sparseann/core/error.hpp"

namespace sparseann::three_steps {

struct Ranks::Session {};

Ranks::Ranks() {
  for (const char* const variable : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"})
    if (const char* const size = std::getenv(variable); size != nullptr && std::string_view(size) != "1")
      throw Error("this program was built without MPI and cannot be one of several ranks");
}
Ranks::~Ranks() = default;

std::string Ranks::device_name(const std::string& name) const { return name; }

Exchange Ranks::exchange(torch::Device) const { return {}; }

int Ranks::end(int exit_code) const { return exit_code; }

} // namespace sparseann::three_steps
