# convoy_add_pipeline(): pipelines compiled as part of a CMake build. Part of the installed package, and of builds
# that have Convoy as a subdirectory. docs/cmake.md describes it for users.
include_guard(GLOBAL)
cmake_policy(PUSH)
cmake_policy(VERSION 3.20...3.25)

#   convoy_add_pipeline(TARGET SOURCE FILE.cvy
#     [TYPE LIBRARY | SHARED | EXECUTABLE]  LIBRARY, a static one, by default
#     [PIPELINE NAME]                       when the file has several
#     [WEIGHTS FILE] [SCHEDULE FILE]
#     [CPU NAME]                            as -mcpu; the building machine's own by default
#     [OPTIONS OPTION...])                  further options of `convoy build`
#
# Libraries carry the include folder of their header, TARGET.h, and Convoy::runtime; an executable is an imported
# target. Relative files are those of the current source folder. The pipeline is compiled again when the script, a
# file that the compiler read for it, or the compiler itself is newer.
function(convoy_add_pipeline target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SOURCE;TYPE;PIPELINE;WEIGHTS;SCHEDULE;CPU" "OPTIONS")
  set(where "convoy_add_pipeline(${target})")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${where}: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  elseif(arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "${where}: no value for ${arg_KEYWORDS_MISSING_VALUES}")
  elseif(NOT arg_SOURCE)
    message(FATAL_ERROR "${where}: SOURCE is missing")
  endif()
  if(NOT arg_TYPE)
    set(arg_TYPE LIBRARY)
  elseif(NOT arg_TYPE MATCHES "^(LIBRARY|SHARED|EXECUTABLE)$")
    message(FATAL_ERROR "${where}: TYPE is '${arg_TYPE}', not LIBRARY, SHARED or EXECUTABLE")
  endif()

  # What it is made of, and how.
  foreach(file SOURCE WEIGHTS SCHEDULE)
    if(arg_${file})
      get_filename_component(arg_${file} "${arg_${file}}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
    endif()
  endforeach()
  set(options)
  if(arg_PIPELINE)
    list(APPEND options "--pipeline=${arg_PIPELINE}")
  endif()
  if(arg_WEIGHTS)
    list(APPEND options "--weights=${arg_WEIGHTS}")
  endif()
  if(arg_SCHEDULE)
    list(APPEND options "--schedule=${arg_SCHEDULE}")
  endif()
  if(arg_CPU)
    list(APPEND options "-mcpu=${arg_CPU}")
  endif()
  if(CMAKE_COLOR_DIAGNOSTICS)
    list(APPEND options "--color=always")
  endif()
  list(APPEND options ${arg_OPTIONS})

  # What is made. Libraries are CMake's own, of one object file, so that they can be installed and exported.
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/pipelines/${target}")
  set(depends "${arg_SOURCE}" ${arg_WEIGHTS} ${arg_SCHEDULE} Convoy::compiler)
  if(arg_TYPE STREQUAL EXECUTABLE)
    set(stem "${CMAKE_CURRENT_BINARY_DIR}/${target}")
    if(CMAKE_RUNTIME_OUTPUT_DIRECTORY)
      set(stem "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${target}")
      file(MAKE_DIRECTORY "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
    endif()
    # The stamp is what the target below waits for: CMake takes the path of an executable for the executable's target.
    set(outputs "${stem}" "${folder}/${target}.stamp")
    set(kinds exe)
    set(stamp COMMAND "${CMAKE_COMMAND}" -E touch "${folder}/${target}.stamp")
    get_property(archive GLOBAL PROPERTY CONVOY_PROGRAM_ARCHIVE)
    list(APPEND depends "${archive}")
  else()
    set(stem "${folder}/${target}")
    set(outputs "${stem}.o" "${stem}.h")
    set(kinds obj,header)
    set(stamp)
  endif()
  set(weights_file)
  if("--external-weights" IN_LIST arg_OPTIONS)
    set(weights_file BYPRODUCTS "${stem}.weights.safetensors")
  endif()
  file(MAKE_DIRECTORY "${folder}")
  file(RELATIVE_PATH source_name "${CMAKE_SOURCE_DIR}" "${arg_SOURCE}")
  add_custom_command(OUTPUT ${outputs}
    COMMAND Convoy::compiler build "${arg_SOURCE}" --emit=${kinds} -o "${stem}" ${options} -MD -MF "${folder}/${target}.d"
    ${stamp} ${weights_file}
    DEPENDS ${depends} DEPFILE "${folder}/${target}.d"
    COMMENT "Compiling the pipeline ${target} of ${source_name}" COMMAND_EXPAND_LISTS VERBATIM)

  if(arg_TYPE STREQUAL EXECUTABLE)
    add_custom_target(${target}_build ALL DEPENDS "${folder}/${target}.stamp")
    add_executable(${target} IMPORTED GLOBAL)
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION "${stem}")
    add_dependencies(${target} ${target}_build)
    return()
  endif()
  if(arg_TYPE STREQUAL SHARED)
    add_library(${target} SHARED ${outputs})
    # Of the runtime, nothing is exported.
    target_link_options(${target} PRIVATE LINKER:--exclude-libs,ALL)
  else()
    add_library(${target} STATIC ${outputs})
  endif()
  # An object file has no language; any enabled one links it.
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if(C IN_LIST languages)
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE C)
  else()
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  endif()
  target_include_directories(${target} INTERFACE "$<BUILD_INTERFACE:${folder}>")
  if(NOT "--runtime=none" IN_LIST arg_OPTIONS)
    target_link_libraries(${target} PUBLIC Convoy::runtime)
  endif()
endfunction()

cmake_policy(POP)
