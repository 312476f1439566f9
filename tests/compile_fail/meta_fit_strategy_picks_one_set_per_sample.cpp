// expect: return-type-requirement|same_as<(unsigned long|unsigned int|std::size_t|size_t), std::vector<
// needs: torch
#include "sparseann/meta/fit_strategy.hpp"

struct OneForAll {
  static constexpr std::string_view name = "one_for_all";
  sparseann::NoOptions options;
  std::size_t operator()(const sparseann::FitCandidates&, const sparseann::FitProgress&, sparseann::Generator&) const {
    return 0;
  }
};

template <sparseann::FitStrategy F> void train(const F&) {}

int main() { train(OneForAll{}); }
