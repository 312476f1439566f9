// expect: return-type-requirement|same_as<.*(float|ClassProbabilities)
// needs: torch
#include "sparseann/pseudo_label/ensembler.hpp"

struct Probabilities {
  static constexpr std::string_view name = "probabilities";
  sparseann::NoOptions options;
  void fit(const sparseann::EnsembleTask&, const sparseann::StageContext&) {}
  sparseann::Array4<float> predict(const sparseann::Image&, std::span<const sparseann::ClassProbabilities>,
                                   const sparseann::StageContext&) const {
    return {};
  }
};

template <sparseann::Ensembler E> void use(const E&) {}

int main() { use(Probabilities{}); }
