# Each library is a component of the installed package, so that a user of the metrics needs nothing of the others.
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/sparseann")
set(components core metric select io hdf5 tiff annotate microscopy)
if(SPARSEANN_WITH_TORCH)
  list(APPEND components sparseann)
endif()

foreach(component IN LISTS components)
  set(file_sets FILE_SET HEADERS)
  if(component STREQUAL "core")
    list(APPEND file_sets FILE_SET generated)
  endif()
  install(TARGETS sparseann_${component} EXPORT sparseann-${component} ${file_sets})
  install(EXPORT sparseann-${component} NAMESPACE sparseann:: DESTINATION "${package_dir}")
endforeach()

if(TARGET sparseann)
  install(TARGETS sparseann RUNTIME)
  if(TARGET sparseann_torch)
    install(TARGETS sparseann_torch RUNTIME)
  endif()
endif()

configure_package_config_file(cmake/sparseannConfig.cmake.in "${PROJECT_BINARY_DIR}/sparseannConfig.cmake"
  INSTALL_DESTINATION "${package_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/sparseannConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES cmake/FindISAL.cmake cmake/FindLibHDF5.cmake cmake/FindLibTorch.cmake cmake/FindLibZip.cmake
  "${PROJECT_BINARY_DIR}/sparseannConfig.cmake"
  "${PROJECT_BINARY_DIR}/sparseannConfigVersion.cmake" DESTINATION "${package_dir}")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")
