// sparseann-torch COMMAND ...: the commands of sparseann that need LibTorch; `sparseann COMMAND` becomes this program.
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "apps/sparseann_torch/encode/command.hpp"
#include "apps/sparseann_torch/export/command.hpp"
#include "apps/sparseann_torch/plan/command.hpp"
#include "apps/sparseann_torch/predict/command.hpp"
#include "apps/sparseann_torch/train/command.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/tensor/freed_memory.hpp"

int main(int argc, char** argv) {
  using namespace sparseann::app;
  sparseann::keep_freed_memory();
  const std::string_view word = argc > 1 ? argv[1] : "";
  if (word == "encode")
    return run_encode(argc - 1, argv + 1);
  if (word == "plan")
    return run_plan(argc - 1, argv + 1);
  if (word == "train")
    return run_train(argc - 1, argv + 1);
  if (word == "export")
    return run_export(argc - 1, argv + 1);
  if (word == "predict")
    return run_predict(argc - 1, argv + 1);
  return sparseann::guarded_main([&] {
    throw sparseann::InvalidArgument("command", "encode, plan, train, predict or export", fmt::format("'{}'", word));
  });
}
