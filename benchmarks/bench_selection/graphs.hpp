#pragma once

/// Selections on graphs, see main.cpp.
namespace bench {

void add_graphs();

} // namespace bench
