#include "apps/sparseann_torch/train/arguments.hpp"

#include <tuple>

#include <fmt/format.h>

#include "apps/required.hpp"
#include "apps/sparseann_torch/images.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/io/nnunet_layout.hpp"

namespace sparseann::app {

TrainedOptions options_of(Preset preset) {
  TrainedOptions options;
  if (preset == Preset::paper)
    return options;
  std::get<0>(options.base.models) = cpu_sized::planes2d();
  std::get<1>(options.base.models) = cpu_sized::sparse3d();
  options.meta = cpu_sized::meta<Then<RandomFit, NearestFit>>();
  return options;
}

void check_call(const TrainCall& call) {
  check_required({{"--data", call.data, "a folder with imagesTr"},
                  {"--labels", call.labels, "a round with an import, or an import's folder"},
                  {"--output", call.output, "a folder to write"}});
  check_apart("--output", call.output, "--data", call.data);
  check_apart("--output", call.output, "--labels", call.labels);
}

std::size_t folds_of(const TrainCall& call, std::size_t cases) {
  if (!call.validate)
    return 0;
  constexpr std::string_view ending = "-fold";
  const std::string_view text = *call.validate;
  const auto folds =
      text.ends_with(ending) ? detail::whole_number(text.substr(0, text.size() - ending.size())) : std::nullopt;
  if (!folds || *folds < 2 || *folds > cases)
    throw InvalidArgument("--validate",
                          fmt::format("2-fold to {}-fold, the number of cases that are annotated, or none", cases),
                          *call.validate);
  return *folds;
}

Preset preset_in(int argc, const char* const* argv) {
  constexpr std::string_view flag = "--preset";
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == flag && i + 1 < argc)
      return value_from_name<Preset>(std::string(flag), argv[i + 1]);
    if (word.starts_with(flag) && word.size() > flag.size() && word[flag.size()] == '=')
      return value_from_name<Preset>(std::string(flag), word.substr(flag.size() + 1));
  }
  return TrainCall{}.preset;
}

} // namespace sparseann::app
