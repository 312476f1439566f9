#include "apps/sparseann/nnunet/command.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/required.hpp"
#include "apps/staged_folder.hpp"
#include "sparseann/annotate/annotation_round.hpp"
#include "sparseann/core/interruption.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/data/nnunet_images.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/grid_relation.hpp"
#include "sparseann/io/nifti.hpp"
#include "sparseann/io/nnunet_layout.hpp"
#include "sparseann/io/npy.hpp"

namespace sparseann::app {

namespace {

namespace fs = std::filesystem;

struct NnunetCall {
  std::string data;
  std::string labels;
  std::optional<std::string> pseudo_labels;
  std::string output;

  friend void visit(NnunetCall& call, auto&& visitor) {
    visitor(field("data", call.data, "the folder of images that the plan was made of (imagesTr is read)"));
    visitor(field("labels", call.labels, "a round, whose latest import is handed over, or an import's folder"));
    visitor(
        field("pseudo-labels", call.pseudo_labels,
              "a finished run of `sparseann train`: voxels that nobody drew get the label that its base models think "
              "most probable on average; none: they get nnU-Net's ignore label"));
    visitor(field("output", call.output, "new folder, named as nnU-Net wants it: nnUNet_raw/Dataset042_NAME"));
  }
};

/// Dataset042_NAME.
bool is_dataset_name(std::string_view name) {
  constexpr std::string_view beginning = "Dataset";
  constexpr std::size_t digits = 3;
  if (!name.starts_with(beginning) || name.size() < beginning.size() + digits + 2)
    return false;
  return std::ranges::all_of(name.substr(beginning.size(), digits), [](char c) { return c >= '0' && c <= '9'; }) &&
         name[beginning.size() + digits] == '_';
}

void check_call(const NnunetCall& call) {
  check_required({{"--data", call.data, "a folder with imagesTr"},
                  {"--labels", call.labels, "a round with an import, or an import's folder"},
                  {"--output", call.output, "a folder to write"}});
  const std::string name = normal_path(call.output).filename().string();
  if (!is_dataset_name(name))
    throw InvalidArgument("--output", "a folder named Dataset042_NAME, with a number of three digits", name);
}

/// The base models' folders in a run: each a pseudo-label set.
std::vector<fs::path> sets_of(const fs::path& run) {
  std::vector<fs::path> sets;
  if (fs::exists(run / "model.safetensors") && fs::is_directory(run / "pseudo_labels"))
    for (const auto& entry : fs::directory_iterator(run / "pseudo_labels"))
      if (entry.is_directory())
        sets.push_back(entry.path());
  if (sets.empty())
    throw DataError(run.string(), "a finished run with pseudo_labels/NAME", "none");
  std::ranges::sort(sets);
  return sets;
}

/// Fills what is `ignore` with the most probable class, by the mean of the sets; a tie goes to the lower label.
void fill(Array3<std::uint8_t>& voxels, std::size_t classes, const std::string& name,
          const std::vector<fs::path>& sets) {
  Array4<std::uint32_t> sum = xt::zeros<std::uint32_t>({classes, voxels.shape(0), voxels.shape(1), voxels.shape(2)});
  for (const fs::path& set : sets) {
    const fs::path file = set / (name + ".npy");
    const auto probabilities = read_npy_array<std::uint8_t, 4>(file);
    if (probabilities.shape() != sum.shape())
      throw DataError(file.string(), fmt::format("probabilities of {} classes on the image's grid", classes),
                      "another shape");
    for (std::size_t i = 0; i < sum.size(); ++i)
      elements(sum)[i] += elements(probabilities)[i];
  }
  for (std::size_t voxel = 0; voxel < voxels.size(); ++voxel) {
    if (elements(voxels)[voxel] != classes)
      continue;
    std::size_t best = 0;
    for (std::size_t label = 1; label < classes; ++label)
      if (elements(sum)[label * voxels.size() + voxel] > elements(sum)[best * voxels.size() + voxel])
        best = label;
    elements(voxels)[voxel] = static_cast<std::uint8_t>(best);
  }
}

/// As nnU-Net wants them compressed; compressed ones are copied byte by byte.
void copy_image(const fs::path& from, const fs::path& to) {
  const std::string bytes = read_file(from);
  publish_atomically(to, from.extension() == ".gz" ? bytes : compress_gzip(bytes));
}

class Dataset {
public:
  Dataset(const NnunetCall& call, const AnnotationState& state)
      : call_(call), state_(state),
        scans_(find_images(fs::path(call.data) / "imagesTr", detail::stated_channels(call.data))) {
    if (call.pseudo_labels)
      sets_ = sets_of(*call.pseudo_labels);
  }

  /// Writes the cases of which something is drawn. Returns how many.
  [[nodiscard]] std::size_t write(const fs::path& folder) const {
    fs::create_directories(folder / "imagesTr");
    fs::create_directories(folder / "labelsTr");
    std::size_t cases = 0;
    for (std::size_t c = 0; c < state_.case_names.size(); ++c) {
      const SparseLabels labels = state_.labels(c);
      if (labels.annotated_voxels() == 0)
        continue;
      write_case(folder, labels, state_.case_names[c]);
      ++cases;
    }
    if (cases == 0)
      throw DataError(state_.path.string(), "a drawn slice", "none in any case");
    write_json_file(folder / "dataset.json", description(cases));
    return cases;
  }

private:
  void write_case(const fs::path& folder, const SparseLabels& labels, const std::string& name) const {
    const auto scan = std::ranges::find(scans_, name, &NnunetCaseFiles::name);
    if (scan == scans_.end())
      throw DataError(call_.data, fmt::format("an image of case '{}'", name), "none");
    const Geometry grid = read_nifti_image(scan->channels[0]).geometry;
    const GridRelation relation =
        relation_to_grid(state_.path / "labels" / (name + ".nii.gz"), labels.geometry(), grid);
    Array3<std::uint8_t> voxels = on_grid(labels.voxels(), relation);
    if (!sets_.empty())
      fill(voxels, labels.classes(), name, sets_);
    write_nifti(folder / "labelsTr" / (name + ".nii.gz"), LabelVolume{std::move(voxels), grid});
    for (std::size_t channel = 0; channel < scan->channels.size(); ++channel)
      copy_image(scan->channels[channel], folder / "imagesTr" / fmt::format("{}_{:04}.nii.gz", name, channel));
  }

  [[nodiscard]] Json description(std::size_t cases) const {
    Json json = nnunet_description_json(
        {.name = normal_path(call_.output).filename().string(),
         .class_names = state_.class_names,
         .ignore_label = sets_.empty() ? std::optional(state_.class_names.size()) : std::nullopt,
         .channels = scans_.front().channels.size()},
        cases);
    const fs::path source = fs::path(call_.data) / "dataset.json";
    if (const Json stated = fs::exists(source) ? read_json_file(source) : Json(); stated.contains("channel_names"))
      json["channel_names"] = stated["channel_names"]; // they choose nnU-Net's normalisation
    return json;
  }

  const NnunetCall& call_;
  const AnnotationState& state_;
  std::vector<NnunetCaseFiles> scans_;
  std::vector<fs::path> sets_;
};

void hand_over(const NnunetCall& call) {
  check_call(call);
  const AnnotationState state = read_annotation_state(call.labels);
  const Dataset dataset(call, state);
  const Uninterrupted guard;
  if (const fs::path above = normal_path(call.output).parent_path(); !above.empty())
    fs::create_directories(above); // nnUNet_raw, where there is none yet
  StagedFolder folder(call.output);
  const std::size_t cases = dataset.write(folder.path());
  folder.commit();
  std::cout << fmt::format("{} cases are in {}, {}.\n", cases, call.output,
                           call.pseudo_labels ? "densely labelled by annotators and, elsewhere, pseudo-labels"
                                              : "labelled where annotators drew, `ignore` elsewhere")
            << std::flush;
}

} // namespace

int run_nnunet(int argc, const char* const* argv) {
  leave_when_interrupted();
  NnunetCall call;
  CLI::App app("Writes what is drawn as a dataset of nnU-Net v2: sparse, with its ignore label, or filled by "
               "pseudo-labels.",
               "sparseann nnunet");
  app.set_version_flag("--version", program_line());
  add_options(app, call);
  return run_program(app, argc, argv, [&] { hand_over(call); });
}

} // namespace sparseann::app
