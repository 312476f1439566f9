# Our own code compiles without a warning; dependencies are system headers.
add_library(sparseann_warnings INTERFACE)
target_compile_options(sparseann_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  # Options are set by designated initialisers; what is not named keeps its default.
  -Wno-missing-field-initializers)
