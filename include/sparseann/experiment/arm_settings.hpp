#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/experiment/scale.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/tensor/precision.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

namespace detail {

/// An option by the end of its path and what it shall be: "training.iterations", "100".
struct OptionOverride {
  std::string path;
  std::string value;
};

struct OverrideVisitor {
  const OptionOverride& wanted;
  std::size_t& uses;

  template <class T> void operator()(const std::string& path, const Field<T>& leaf) const {
    if (path != wanted.path && !path.ends_with("." + wanted.path))
      return;
    T parsed = leaf.value;
    parse_field("--set " + path, wanted.value, parsed);
    check_leaf("--set " + path, parsed, leaf.limits);
    leaf.value = std::move(parsed);
    ++uses;
  }
};

} // namespace detail

/// What the arms of an experiment are configured by: their scale, options that a call changes, and the device.
class ArmSettings {
public:
  /// `overrides`: "PATH=VALUE" each; every option whose dotted path is PATH or ends in it becomes VALUE. One without
  /// `=` goes on with the list that the one before begins. Throws: InvalidArgument naming --set where the first has
  /// another form.
  explicit ArmSettings(Scale scale = Scale::cpu, const std::vector<std::string>& overrides = {},
                       torch::Device device = torch::kCPU)
      : scale_(scale), device_(device) {
    for (const std::string& text : overrides) {
      const std::size_t equals = text.find('=');
      if (equals == 0 || (equals == std::string::npos && overrides_.empty()))
        throw InvalidArgument("--set", "PATH=VALUE", "'" + text + "'");
      if (equals == std::string::npos)
        overrides_.back().value += "," + text;
      else
        overrides_.push_back({text.substr(0, equals), text.substr(equals + 1)});
    }
    uses_.resize(overrides_.size());
  }

  [[nodiscard]] Scale scale() const noexcept { return scale_; }

  /// A policy's options at this scale, with `own` overrides, which an arm differs from another by, and then those of
  /// the call.
  ///
  /// Throws: InvalidArgument naming an option that is out of its limits or does not fit the others, or one of `own`
  /// that is not there.
  template <Policy P> [[nodiscard]] OptionsOf<P> options_of(const std::vector<std::string>& own = {}) {
    OptionsOf<P> options = at_scale<OptionsOf<P>>(scale_);
    ArmSettings of_arm(scale_, own, device_);
    of_arm.override_options(options);
    of_arm.check_all_used();
    override_options(options);
    validate(options);
    resolve_precisions(options, device_);
    return options;
  }

  /// Throws: InvalidArgument naming an override that no options so far had a field for.
  void check_all_used() const {
    for (std::size_t i = 0; i < uses_.size(); ++i)
      if (uses_[i] == 0)
        throw InvalidArgument("--set", "an option of this experiment's arms, as their run.json names them",
                              "'" + overrides_[i].path + "'");
  }

private:
  template <Options O> void override_options(O& options) {
    for (std::size_t i = 0; i < overrides_.size(); ++i)
      visit_leaves(options, "", detail::OverrideVisitor{overrides_[i], uses_[i]});
  }

  Scale scale_;
  torch::Device device_;
  std::vector<detail::OptionOverride> overrides_;
  std::vector<std::size_t> uses_; ///< how many fields each override has changed
};

} // namespace sparseann
