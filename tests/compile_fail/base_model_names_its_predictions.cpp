// expect: prediction_names
// needs: torch
#include "sparseann/loss/masked_cross_entropy.hpp"
#include "sparseann/pseudo_label/base_model.hpp"

struct Nameless {
  static constexpr std::string_view name = "nameless";
  sparseann::NoOptions options;
  sparseann::LossCurve fit(const sparseann::LabelledCases&, const sparseann::MaskedCrossEntropy&,
                           const sparseann::StageContext&) {
    return {};
  }
  std::vector<sparseann::ClassProbabilities> predict(const sparseann::Image&, std::span<const sparseann::Plane>,
                                                     const sparseann::StageContext&) {
    return {};
  }
};

template <sparseann::BaseModel<sparseann::MaskedCrossEntropy> M> void use(const M&) {}

int main() { use(Nameless{}); }
