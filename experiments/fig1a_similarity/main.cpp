// Fig. 1(a): how alike the slices of a scan are, in numbers and in pictures. Nothing is trained.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseann/annotate/planes.hpp"
#include "sparseann/annotate/slice_similarity.hpp"
#include "sparseann/experiment/experiment_data.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/metric/statistics.hpp"
#include "sparseann/report/result_picture.hpp"
#include "sparseann/report/slice_pictures.hpp"

using namespace sparseann;

struct SimilarityCall {
  std::optional<std::string> data;
  Layout layout = Layout::automatic;
  std::string out = "results/fig1a_similarity";
  std::size_t apart = 20;
  std::size_t pictured = 6;

  friend void visit(SimilarityCall& call, auto&& visitor) {
    visitor(field("data", call.data, "data set; none: generated hearts"));
    visitor(field("layout", call.layout, "how it lies on the disk"));
    visitor(field("out", call.out, "folder for similarity.csv and slices.png"));
    visitor(field("apart", call.apart, "slices so far apart are still compared", at_least(1)));
    visitor(field("pictured", call.pictured, "consecutive slices that are drawn", at_least(1)));
  }
};

/// Mean and deviation over the training scans of the correlation of slices, by plane and distance.
std::string similarity_csv(const Cohort& cohort, std::span<const Plane> planes, std::size_t apart) {
  CsvWriter table({"plane", "slices_apart", "scans", "mean_correlation", "standard_deviation"});
  for (const Plane plane : planes) {
    std::vector<std::vector<double>> by_distance(apart + 1);
    for (const Case& scan : cohort.training) {
      const auto similarity =
          slice_similarity(scan.image, plane, std::min(apart, slice_count(scan.image.shape(), plane) - 1));
      for (std::size_t distance = 0; distance < similarity.size(); ++distance)
        if (similarity[distance])
          by_distance[distance].push_back(*similarity[distance]);
    }
    for (std::size_t distance = 0; distance <= apart; ++distance)
      if (const auto& values = by_distance[distance]; !values.empty()) {
        const Summary summary = summarise(values);
        table.add_row(name_of(plane), distance, summary.count, summary.mean, summary.standard_deviation);
      }
  }
  return table.text();
}

/// Consecutive slices of the first training scan about the fullest one, a row per plane.
std::string consecutive_slices(const LabelledCohort& data, std::span<const Plane> planes, std::size_t count) {
  const Case& scan = data.cohort.training.front();
  const Array3<std::uint8_t>& labels = data.training_labels.front().voxels;
  for (const Plane plane : planes)
    count = std::min(count, slice_count(scan.image.shape(), plane));
  std::vector<OverlayRow> rows;
  for (const Plane plane : planes) {
    const std::size_t fullest = fullest_slice(labels, plane);
    const std::size_t first =
        std::min(fullest - std::min(fullest, count / 2), slice_count(scan.image.shape(), plane) - count);
    OverlayRow row{.case_name = scan.name, .caption = std::string(name_of(plane)), .panels = {}};
    for (std::size_t slice = first; slice < first + count; ++slice) {
      SlicePictures pictures(scan, plane, slice);
      pictures.add("reference", labels);
      row.panels.push_back(pictures.row().panels.back());
    }
    rows.push_back(std::move(row));
  }
  return result_picture(rows);
}

int main(int argc, char** argv) {
  SimilarityCall call;
  CLI::App app("Fig. 1(a): how alike the slices of a scan are.");
  add_options(app, call);
  return run_program(app, argc, argv, [&] {
    ExperimentCall of_data;
    of_data.data = call.data;
    of_data.layout = call.layout;
    const LabelledCohort data = read_data_set(of_data);
    const std::vector<Plane> planes = planes_of(data.cohort);
    const std::filesystem::path out = call.out;
    std::filesystem::create_directories(out);
    publish_atomically(out / "similarity.csv", similarity_csv(data.cohort, planes, call.apart));
    publish_atomically(out / "slices.png", consecutive_slices(data, planes, call.pictured));
    std::cout << (out / "similarity.csv").string() << '\n' << (out / "slices.png").string() << '\n';
  });
}
