# Target all_verify_interface_header_sets compiles each header that needs no LibTorch by itself, as our own code: the
# directory's options go to the targets that CMake makes for it at the end, after all others have been made.
foreach(name IN ITEMS core metric select io annotate)
  set_target_properties(sparseann_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
endforeach()
add_compile_options("$<TARGET_PROPERTY:sparseann_warnings,INTERFACE_COMPILE_OPTIONS>")
