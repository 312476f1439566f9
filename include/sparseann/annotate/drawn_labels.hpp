#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/annotate/annotated_slices.hpp"
#include "sparseann/annotate/drawn_file.hpp"
#include "sparseann/annotate/off_plan_slices.hpp"
#include "sparseann/annotate/plan.hpp"
#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/annotate/task_volumes.hpp"
#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/plane.hpp"

namespace sparseann {

/// What becomes of a voxel to which drawings of different planes give different labels.
enum class CrossingRule { ignore, majority, first_plane };

[[nodiscard]] constexpr std::array<std::string_view, 3> names_of(CrossingRule) noexcept {
  return {"ignore", "majority", "first-plane"};
}

/// What becomes of foreground that somebody drew beside the planned slices.
enum class OffPlan { drop, keep };

[[nodiscard]] constexpr std::array<std::string_view, 2> names_of(OffPlan) noexcept { return {"drop", "keep"}; }

struct DrawnLabelsOptions {
  CrossingRule crossing = CrossingRule::ignore;
  OffPlan off_plan = OffPlan::drop;
  bool complete = false;

  friend void visit(DrawnLabelsOptions& options, auto&& visitor) {
    visitor(field("crossing", options.crossing,
                  "label of a voxel on which drawings of several planes disagree: none (ignore), the most frequent, or "
                  "that of the first plane in the order xy, xz, yz, which also decides a tie"));
    visitor(field("off-plan", options.off_plan,
                  "what becomes of labels beside the planned slices; background there "
                  "never counts, as an editor's empty voxels look the same"));
    visitor(field("complete", options.complete,
                  "every planned slice of a file is drawn: those without a label on them hold nothing"));
  }
};

/// What is known of a planned slice.
enum class SliceState { not_drawn, drawn, empty };

[[nodiscard]] constexpr std::array<std::string_view, 3> names_of(SliceState) noexcept {
  return {"not drawn", "drawn", "empty"};
}

struct DrawnSlice {
  Plane plane = Plane::xy;
  std::size_t slice = 0;
  SliceState state = SliceState::not_drawn;

  bool operator==(const DrawnSlice&) const = default;
};

/// Why a planned slice may have been meant otherwise than it is taken.
enum class SliceDoubt {
  crossings_alone, ///< not drawn, with foreground only where other slices cross that are not drawn either
  drawn_though_empty,
  crossed_though_empty, ///< listed as empty, with foreground by drawings of other planes
  mostly_ignored,       ///< drawn, with too much under `ignore` for drawn_slices
};

struct DoubtfulSlice {
  Plane plane = Plane::xy;
  std::size_t slice = 0;
  SliceDoubt doubt = SliceDoubt::crossings_alone;

  bool operator==(const DoubtfulSlice&) const = default;
};

/// A voxel that several drawings label differently; none where one is silent.
struct CrossingDisagreement {
  Shape3 voxel{};
  std::optional<std::uint8_t> earlier;               ///< of earlier rounds, as the file of all planes has it now
  std::array<std::optional<std::uint8_t>, 3> labels; ///< in the order of the planes
  std::optional<std::uint8_t> label;                 ///< what it gets; none: ignore

  bool operator==(const CrossingDisagreement&) const = default;
};

/// What somebody has drawn of one case.
struct DrawnLabels {
  Array3<std::uint8_t> voxels;    ///< (z, y, x), `ignore` where nothing is known
  std::vector<DrawnSlice> slices; ///< every planned one, by plane and index
  std::vector<CrossingDisagreement> disagreements;
  std::size_t off_plan_voxels = 0;    ///< foreground beside the plan, kept or not
  std::size_t corrected_voxels = 0;   ///< annotated earlier, and otherwise now
  std::vector<OffPlanSlice> off_plan; ///< what that foreground was drawn on, it seems; one list per file, joined
  std::vector<DoubtfulSlice> doubts;  ///< by plane and index
};

namespace detail {

/// Collects what the files of one case say.
class DrawingCollector {
public:
  DrawingCollector(std::span<const DrawnFile> files, const PlannedCase& planned, const PlannedCase& empty,
                   const SparseLabels& earlier, const DrawnLabelsOptions& options)
      : files_(files), planned_(planned), empty_(empty), earlier_(earlier), options_(options), shape_(earlier.shape()) {
    on_plan_ = planes_of_voxels(planned, shape_);
    for (auto& labels : by_plane_)
      labels = xt::full_like(earlier.voxels(), silent);
    for (const DrawnFile& file : files) {
      offsets_.push_back(offsets_beside(file));
      beside_.push_back(off_plan_slices(offsets_.back(), shape_, file.plane));
    }
  }

  [[nodiscard]] DrawnLabels collect() {
    DrawnLabels drawn{.voxels = base(), .slices = {}, .disagreements = {}};
    drawn.corrected_voxels = corrections(drawn.voxels);
    for_each_slice(planned_,
                   [&](Plane plane, std::size_t slice) { drawn.slices.push_back({plane, slice, take(plane, slice)}); });
    resolve(drawn);
    take_off_plan(drawn);
    note_doubts(drawn);
    return drawn;
  }

private:
  static constexpr std::uint8_t silent = 255; // no class: there are at most 255 with `ignore`

  [[nodiscard]] bool is_foreground(std::uint8_t label) const { return label != 0 && label < earlier_.classes(); }

  [[nodiscard]] const DrawnFile* file_of_all_planes() const {
    const auto found = std::ranges::find_if(files_, [](const DrawnFile& file) { return !file.plane; });
    return found == files_.end() ? nullptr : &*found;
  }

  /// What was annotated earlier, as the file of all planes has it now.
  [[nodiscard]] Array3<std::uint8_t> base() const {
    Array3<std::uint8_t> labels = earlier_.voxels();
    if (const DrawnFile* file = file_of_all_planes())
      for (const std::size_t offset : earlier_.annotated_offsets())
        elements(labels)[offset] = elements(file->voxels)[offset];
    return labels;
  }

  [[nodiscard]] std::size_t corrections(const Array3<std::uint8_t>& now) const {
    std::size_t count = 0;
    for (std::size_t offset = 0; offset < now.size(); ++offset)
      count += static_cast<std::size_t>(elements(now)[offset] != elements(earlier_.voxels())[offset]);
    return count;
  }

  [[nodiscard]] bool was_annotated(const Shape3& v) const {
    return earlier_.voxels()(v[0], v[1], v[2]) != earlier_.unlabelled();
  }

  /// Whether a slice that was drawn beside the plan, in another plane, goes through a voxel.
  [[nodiscard]] static bool is_crossed(std::span<const OffPlanSlice> beside, Plane plane, const Shape3& v) {
    return std::ranges::any_of(beside, [&](const OffPlanSlice& drawn) {
      return drawn.plane != plane && v[stacking_axis(drawn.plane)] == drawn.slice;
    });
  }

  /// Whether a file has a label on the slice that no other slice accounts for.
  [[nodiscard]] bool has_own_foreground(std::size_t file, Plane plane, std::size_t slice) const {
    const std::uint8_t others =
        files_[file].plane ? std::uint8_t{0} : static_cast<std::uint8_t>(7U & ~unsigned{bit_of(plane)});
    bool found = false;
    for_each_voxel(shape_, plane, slice, [&](const Shape3& v) {
      found = found || (is_foreground(files_[file].voxels(v[0], v[1], v[2])) && !was_annotated(v) &&
                        (on_plan_(v[0], v[1], v[2]) & others) == 0 && !is_crossed(beside_[file], plane, v));
    });
    return found;
  }

  [[nodiscard]] bool has_label(const DrawnFile& file, Plane plane, std::size_t slice) const {
    bool found = false;
    for_each_voxel(shape_, plane, slice,
                   [&](const Shape3& v) { found = found || file.voxels(v[0], v[1], v[2]) != earlier_.unlabelled(); });
    return found;
  }

  [[nodiscard]] bool is_listed_as_empty(Plane plane, std::size_t slice) const {
    return std::ranges::binary_search(empty_[stacking_axis(plane)], slice);
  }

  void note_doubts(DrawnLabels& drawn) const {
    const SparseLabels labels(drawn.voxels, earlier_.classes(), earlier_.geometry());
    std::array<std::vector<std::size_t>, 3> learnt;
    for (const Plane plane : all_planes)
      learnt[stacking_axis(plane)] = drawn_slices(labels, plane);
    for (const DrawnSlice& slice : drawn.slices)
      if (const auto doubt = doubt_about(slice, learnt[stacking_axis(slice.plane)]))
        drawn.doubts.push_back({slice.plane, slice.slice, *doubt});
  }

  /// `learnt`: the plane's slices from which a 2D network learns.
  [[nodiscard]] std::optional<SliceDoubt> doubt_about(const DrawnSlice& slice,
                                                      const std::vector<std::size_t>& learnt) const {
    const bool is_listed = is_listed_as_empty(slice.plane, slice.slice);
    if (slice.state == SliceState::not_drawn && has_unclaimed_foreground(slice))
      return SliceDoubt::crossings_alone;
    if (slice.state == SliceState::empty && is_listed && is_crossed_by_foreground(slice))
      return SliceDoubt::crossed_though_empty;
    if (slice.state == SliceState::drawn && is_listed)
      return SliceDoubt::drawn_though_empty;
    if (slice.state == SliceState::drawn && !std::ranges::binary_search(learnt, slice.slice))
      return SliceDoubt::mostly_ignored;
    return std::nullopt;
  }

  /// Whether a slice that is not drawn has foreground that no drawn slice through the voxel accounts for.
  [[nodiscard]] bool has_unclaimed_foreground(const DrawnSlice& slice) const {
    const DrawnFile* file = file_of_all_planes();
    if (file == nullptr)
      return false;
    const std::span<const OffPlanSlice> beside = beside_[static_cast<std::size_t>(file - files_.data())];
    bool found = false;
    for_each_voxel(shape_, slice.plane, slice.slice, [&](const Shape3& v) {
      found = found || (is_foreground(file->voxels(v[0], v[1], v[2])) && !was_annotated(v) && !is_said(v) &&
                        !is_crossed(beside, slice.plane, v));
    });
    return found;
  }

  [[nodiscard]] bool is_crossed_by_foreground(const DrawnSlice& slice) const {
    bool found = false;
    for_each_voxel(shape_, slice.plane, slice.slice, [&](const Shape3& v) {
      found = found || std::ranges::any_of(by_plane_, [&](const auto& labels) {
                const std::uint8_t label = labels(v[0], v[1], v[2]);
                return label != silent && is_foreground(label);
              });
    });
    return found;
  }

  [[nodiscard]] bool is_said(const Shape3& v) const {
    return std::ranges::any_of(by_plane_, [&](const auto& labels) { return labels(v[0], v[1], v[2]) != silent; });
  }

  /// Whose labels of a slice count: every file's that has it drawn; where none has and all is said to be done, those of
  /// the first that has any label on it.
  [[nodiscard]] SliceState take(Plane plane, std::size_t slice) {
    bool is_drawn = false;
    for (std::size_t file = 0; file < files_.size(); ++file)
      if ((!files_[file].plane || files_[file].plane == plane) && has_own_foreground(file, plane, slice)) {
        is_drawn = true;
        say_all(files_[file], plane, slice);
      }
    if (is_drawn)
      return SliceState::drawn;
    for (const DrawnFile& file : files_)
      if (options_.complete && (!file.plane || file.plane == plane) && has_label(file, plane, slice)) {
        say_all(file, plane, slice);
        return SliceState::empty;
      }
    if (!is_listed_as_empty(plane, slice))
      return SliceState::not_drawn;
    for_each_voxel(shape_, plane, slice, [&](const Shape3& v) { say(plane, v, 0); });
    return SliceState::empty;
  }

  void say_all(const DrawnFile& file, Plane plane, std::size_t slice) {
    for_each_voxel(shape_, plane, slice, [&](const Shape3& v) { say(plane, v, file.voxels(v[0], v[1], v[2])); });
  }

  /// Two files may both have a slice; where they differ, that is a disagreement of the plane with itself.
  void say(Plane plane, const Shape3& voxel, std::uint8_t label) {
    if (label == earlier_.unlabelled())
      return;
    const std::size_t offset = (voxel[0] * shape_[1] + voxel[1]) * shape_[2] + voxel[2];
    std::uint8_t& said = elements(by_plane_[stacking_axis(plane)])[offset];
    if (said != silent && said != label)
      contradicted_[offset] = label;
    else
      said = label;
  }

  [[nodiscard]] std::optional<std::uint8_t> ruled(std::span<const std::uint8_t> labels) const {
    if (options_.crossing == CrossingRule::ignore)
      return std::nullopt;
    if (options_.crossing == CrossingRule::first_plane)
      return labels.front();
    return *std::ranges::max_element(
        labels, {}, [&](std::uint8_t label) { return std::ranges::count(labels, label); }); // the first of a tie
  }

  void resolve(DrawnLabels& drawn) const {
    for (std::size_t offset = 0; offset < on_plan_.size(); ++offset) {
      if (elements(on_plan_)[offset] == 0)
        continue;
      std::vector<std::uint8_t> labels;
      CrossingDisagreement found{
          .voxel = {offset / (shape_[1] * shape_[2]), offset / shape_[2] % shape_[1], offset % shape_[2]},
          .labels = {},
          .label = {}};
      for (std::size_t plane = 0; plane < 3; ++plane)
        if (const std::uint8_t label = elements(by_plane_[plane])[offset]; label != silent) {
          labels.push_back(label);
          found.labels[plane] = label;
        }
      if (labels.empty())
        continue;
      std::uint8_t& label = elements(drawn.voxels)[offset];
      if (label != earlier_.unlabelled()) {
        labels.insert(labels.begin(), label);
        found.earlier = label;
      }
      if (const auto other = contradicted_.find(offset); other != contradicted_.end())
        labels.push_back(other->second);
      if (std::ranges::all_of(labels, [&](std::uint8_t said) { return said == labels.front(); })) {
        label = labels.front();
        continue;
      }
      found.label = ruled(labels);
      label = found.label.value_or(earlier_.unlabelled());
      drawn.disagreements.push_back(found);
    }
  }

  /// Where a file has foreground on no planned slice.
  [[nodiscard]] std::vector<std::size_t> offsets_beside(const DrawnFile& file) const {
    const std::uint8_t planes = file.plane ? bit_of(*file.plane) : std::uint8_t{7};
    std::vector<std::size_t> offsets;
    for (std::size_t offset = 0; offset < on_plan_.size(); ++offset)
      if ((elements(on_plan_)[offset] & planes) == 0 && is_foreground(elements(file.voxels)[offset]) &&
          elements(earlier_.voxels())[offset] == earlier_.unlabelled())
        offsets.push_back(offset);
    return offsets;
  }

  void take_off_plan(DrawnLabels& drawn) const {
    for (std::size_t file = 0; file < files_.size(); ++file) {
      drawn.off_plan.insert(drawn.off_plan.end(), beside_[file].begin(), beside_[file].end());
      for (const std::size_t offset : offsets_[file]) {
        ++drawn.off_plan_voxels;
        std::uint8_t& kept = elements(drawn.voxels)[offset];
        if (options_.off_plan == OffPlan::keep && kept == earlier_.unlabelled())
          kept = elements(files_[file].voxels)[offset];
      }
    }
  }

  std::span<const DrawnFile> files_;
  const PlannedCase& planned_;
  const PlannedCase& empty_;
  const SparseLabels& earlier_;
  const DrawnLabelsOptions& options_;
  Shape3 shape_;
  Array3<std::uint8_t> on_plan_; // bits of the planes
  std::array<Array3<std::uint8_t>, 3> by_plane_;
  std::map<std::size_t, std::uint8_t> contradicted_;
  std::vector<std::vector<std::size_t>> offsets_; // of labels beside the plan, by file
  std::vector<std::vector<OffPlanSlice>> beside_; // and the slices that hold them
};

} // namespace detail

/// Reads the drawings of one case against what was planned.
///
/// A planned slice counts as drawn where a file has a class other than background on a voxel of it that lies on no
/// other slice, planned or drawn beside the plan (off_plan_slices), of another plane, and was not annotated earlier:
/// the files are handed out with background on planned slices, and a drawing of one plane leaves its traces on the
/// slices that it crosses. Other slices count as empty
/// where `empty` lists them or the options say that all is done, else as not drawn. A drawn slice gives every voxel of
/// it but those of `ignore`; voxels annotated earlier keep their labels, or what the file of all planes made of them,
/// and are held against what is drawn now as if they were a plane before the others. Shapes: all (z, y, x) as
/// `earlier`. Cost: some passes over the files; five volumes of bytes. Throws: DataError naming the file for another
/// shape, values that are neither a class nor `ignore`, or a veil that is not the plan's (check_veil).
[[nodiscard]] inline DrawnLabels drawn_labels(std::span<const DrawnFile> files, const PlannedCase& planned,
                                              const PlannedCase& empty, const SparseLabels& earlier,
                                              const DrawnLabelsOptions& options = {}) {
  for (const DrawnFile& file : files) {
    if (shape_of(file.voxels) != earlier.shape())
      throw DataError(file.name, fmt::format("the image's {} voxels", to_string(earlier.shape())),
                      to_string(shape_of(file.voxels)));
    check_drawn_values(file, earlier.classes());
    check_veil(file, planned, earlier);
  }
  return detail::DrawingCollector(files, planned, empty, earlier, options).collect();
}

} // namespace sparseann
