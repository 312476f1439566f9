// expect: return-type-requirement|same_as<at::Tensor,
// needs: torch
#include "sparseann/encode/feature_encoder.hpp"

struct Tensors {
  static constexpr std::string_view name = "tensors";
  sparseann::NoOptions options;
  void fit(const sparseann::SliceSource&, const sparseann::StageContext&) {}
  torch::Tensor encode(const sparseann::SliceSource&, const sparseann::StageContext&) { return {}; }
};

template <sparseann::FeatureEncoder E> void use(const E&) {}

int main() { use(Tensors{}); }
