#pragma once

/// What this machine can do at best, to hold the selections against, see main.cpp.
namespace bench {

void add_machine(unsigned long threads);

} // namespace bench
