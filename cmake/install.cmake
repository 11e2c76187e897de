# What `cmake --install` copies. The tree may be moved: the command finds its archive, and the CMake and pkg-config
# files their prefix, relative to themselves.
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/Convoy)
set(pkgconfig_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH CONVOY_PREFIX_FROM_PKGCONFIG /prefix/${pkgconfig_folder} /prefix)
string(REGEX REPLACE "/$" "" CONVOY_PREFIX_FROM_PKGCONFIG ${CONVOY_PREFIX_FROM_PKGCONFIG})

# Names outside: Convoy::convoy is the library, Convoy::compiler the command.
set_target_properties(convoy_api PROPERTIES EXPORT_NAME convoy)
set_target_properties(convoy_runtime PROPERTIES EXPORT_NAME runtime)
set_target_properties(convoy PROPERTIES EXPORT_NAME compiler)
# An LLVM outside of the system's folders is found where it was when building.
set_target_properties(convoy convoy_api PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS convoy convoy_api convoy_runtime EXPORT ConvoyTargets
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_ARCHIVE_OUTPUT_DIRECTORY}/libconvoy_program.a DESTINATION ${CONVOY_PRIVATE_FOLDER})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/convoy ${PROJECT_SOURCE_DIR}/runtime/include/convoy
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

install(EXPORT ConvoyTargets NAMESPACE Convoy:: DESTINATION ${package_folder})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/ConvoyConfig.cmake.in
  ${PROJECT_BINARY_DIR}/package/ConvoyConfig.cmake
  INSTALL_DESTINATION ${package_folder} PATH_VARS CONVOY_PRIVATE_FOLDER)
# Before version 1, a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/ConvoyConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/ConvoyConfig.cmake ${PROJECT_BINARY_DIR}/package/ConvoyConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/ConvoyPipelines.cmake
  DESTINATION ${package_folder})

foreach(name convoy convoy-runtime)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/${name}.pc.in ${PROJECT_BINARY_DIR}/package/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/${name}.pc DESTINATION ${pkgconfig_folder})
endforeach()
