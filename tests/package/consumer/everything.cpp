// LibTorch through the installed package: headers, link and run path.
#include <iostream>

#include "sparseann/revision.hpp"
#include "sparseann/tensor/device.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/version.hpp"

int main() {
  const torch::Device device = sparseann::device_from_name("cpu");
  const torch::Tensor product = torch::mm(torch::ones({2, 3}, device), torch::ones({3, 2}, device));
  std::cout << "sparseann " << sparseann::version << " (" << sparseann::revision << "), LibTorch " << TORCH_VERSION
            << ", " << sparseann::describe(device) << '\n';
  return product.sum().item<double>() == 12 ? 0 : 1;
}
