#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <string_view>

#include "apps/sparseann_torch/names.hpp"
#include "apps/sparseann_torch/selectors.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/io/command_line.hpp"

namespace sparseann::app {

namespace detail {

/// Flags of a selector's options, but of how it is executed, which the program's own flags say.
struct SelectorFlags {
  CLI::App& app;
  const std::string& name;

  template <class T> void operator()(const Field<T>& member) const {
    if constexpr (std::same_as<T, Execution>)
      return;
    else if constexpr (Options<T>)
      add_options(app, member.value, field_name(name, member.name));
    else
      sparseann::detail::FlagAdder{app}(field_name(name, member.name), member);
  }
};

/// Whether a selector has an option of that name.
struct OptionFinder {
  std::string_view wanted;
  bool& found;

  template <class T> void operator()(const std::string& path, const Field<T>&) const {
    found = found || path == wanted;
  }
};

template <class S>
[[nodiscard]] SelectionPlan select_with(S selector, const SelectionProblem& problem, const Generator& generator,
                                        const Execution& execution) {
  if constexpr (requires { selector.options.execution; })
    selector.options.execution = {.threads = execution.threads, .instruction_set = execution.instruction_set};
  if constexpr (budget_scope<S> != BudgetScope::each_stack && requires { selector.progress; })
    selector.progress = execution.progress; // a line for every small stack would tell nothing
  return selector(problem, generator);
}

/// An error about an option that shows only with the images names the flag, too.
template <class S>
[[noreturn]] void rethrow_by_flag(const S& selector, const std::string& name, const InvalidArgument& error) {
  auto options = selector.options;
  bool found = false;
  visit_leaves(options, "", OptionFinder{error.argument(), found});
  if (found)
    throw error.renamed(fmt::format("--{}.{}", name, error.argument()));
  throw error;
}

} // namespace detail

template <CohortSelector S>
[[nodiscard]] SelectorChoice selector_choice(std::string_view name, std::string_view purpose) {
  const auto selector = std::make_shared<S>();
  SelectorChoice choice{.name = typed_name(name),
                        .purpose = purpose,
                        .needs_features = needs_features<S>,
                        .takes_labelled = takes_labelled<S>,
                        .budget_scope = budget_scope<S>,
                        .add_flags = {},
                        .check = {},
                        .options = {},
                        .scores = {},
                        .select = {}};
  choice.add_flags = [selector, typed = choice.name](CLI::App& app) {
    visit(selector->options, detail::SelectorFlags{app, typed});
  };
  choice.check = [selector, typed = choice.name] { validate(selector->options, "--" + typed); };
  choice.options = [selector] { return to_json(selector->options, FieldFilter::affecting_results); };
  if constexpr (ImageScorer<S>)
    choice.scores = [selector](const Image& image, Plane plane) { return selector->scores(image, plane); };
  choice.select = [selector, typed = choice.name](const SelectionProblem& problem, const Generator& generator,
                                                  const Execution& execution) {
    try {
      return detail::select_with(*selector, problem, generator, execution);
    } catch (const InvalidArgument& error) {
      detail::rethrow_by_flag(*selector, typed, error);
    }
  };
  return choice;
}

template <CohortSelector S> [[nodiscard]] SelectorChoice selector_choice(std::string_view purpose) {
  return selector_choice<S>(S::name, purpose);
}

} // namespace sparseann::app
