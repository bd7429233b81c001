# What every target of the tree shares: warnings, hardening, sanitizers, and the shapes of a
# plugin and of a test.

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Werror
  -fstack-protector-strong -fno-strict-overflow -fno-omit-frame-pointer)
add_compile_definitions(_GNU_SOURCE)
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)
if(SIGNET_SANITIZE)
  add_compile_options(-fsanitize=${SIGNET_SANITIZE} -fno-sanitize-recover=all -O1)
  add_link_options(-fsanitize=${SIGNET_SANITIZE})
else()
  add_compile_options($<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
  add_link_options(-Wl,--no-undefined)
endif()

# Adds every folder below `root` that holds a CMakeLists.txt, at any depth.
function(signet_add_folders root)
  file(GLOB_RECURSE lists CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${root}/*/CMakeLists.txt)
  foreach(list ${lists})
    cmake_path(GET list PARENT_PATH folder)
    add_subdirectory(${folder})
  endforeach()
endfunction()

# signet_plugin(ID SOURCES … [LIBRARIES …]): one plugin, ID.so, with one exported symbol.
function(signet_plugin id)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(${id} MODULE ${ARG_SOURCES})
  set_target_properties(${id} PROPERTIES PREFIX ""
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins
    LINK_DEPENDS ${CMAKE_SOURCE_DIR}/sdk/plugin.map)
  target_include_directories(${id} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${id} PRIVATE signet-sdk ${ARG_LIBRARIES})
  target_link_options(${id} PRIVATE -Wl,--version-script=${CMAKE_SOURCE_DIR}/sdk/plugin.map)
  install(TARGETS ${id} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/signet/plugins)
endfunction()

# signet_test(NAME SOURCES … [LIBRARIES …] [LABELS …] [TIMEOUT seconds]): one test program on Check
# and the plugin test runner.
function(signet_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES} signet-check PkgConfig::check)
  add_test(NAME ${name} COMMAND ${name})
  signet_test_properties(${name} LABELS ${ARG_LABELS} TIMEOUT ${ARG_TIMEOUT})
endfunction()

# signet_script_test(NAME COMMAND … [LABELS …] [TIMEOUT seconds]): a test that is a script.
function(signet_script_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "COMMAND;LABELS" ${ARGN})
  add_test(NAME ${name} COMMAND ${ARG_COMMAND})
  signet_test_properties(${name} LABELS ${ARG_LABELS} TIMEOUT ${ARG_TIMEOUT})
endfunction()

# What tests find in their environment. The sanitizer guesses where the thread-local data of loaded
# plugins lies, wrongly where its block happens to begin 16 octets into a page, and then crashes while
# it looks for leaks: so it is told not to.
function(signet_test_properties name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  # Another OpenSSL is often built without frame pointers, by which the fast way finds a leak's caller.
  set(unwind "")
  if(SIGNET_OPENSSL)
    set(unwind ":fast_unwind_on_malloc=0")
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
    ENVIRONMENT "SIGNET_CHECK_PLUGINS=${CMAKE_BINARY_DIR}/plugins;SIGNET_BUILD=${CMAKE_BINARY_DIR};SIGNET_SOURCE=${CMAKE_SOURCE_DIR};CK_FORK=no;ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:intercept_tls_get_addr=0${unwind};UBSAN_OPTIONS=print_stacktrace=1;LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/lsan.supp")
endfunction()

# signet_embed(TARGET PREFIX FILES …): the text of files as C constants. FOLDER/issue.json becomes
# `extern const char PREFIX_issue[]`, NUL-terminated and of known size, so that SIGNET_TEXT_INIT
# takes it; the header is PREFIX.h. JSON files are checked here.
function(signet_embed target prefix)
  set(header ${CMAKE_CURRENT_BINARY_DIR}/${prefix}.h)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${prefix}.c)
  string(TOUPPER ${prefix}_H guard)
  set(declarations "#ifndef ${guard}\n#define ${guard}\n")
  set(definitions "#include \"${prefix}.h\"\n")
  foreach(file ${ARGN})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    cmake_path(GET file STEM name)
    string(REPLACE "-" "_" name ${name})
    file(READ ${file} content)
    if(file MATCHES "\\.json$")
      string(JSON type ERROR_VARIABLE fault TYPE "${content}")
      if(fault)
        message(FATAL_ERROR "${file}: ${fault}")
      endif()
    endif()
    file(READ ${file} bytes HEX)
    string(REGEX MATCHALL ".." octets "${bytes}")
    list(LENGTH octets length)
    math(EXPR length "${length} + 1")
    list(TRANSFORM octets PREPEND "'\\x")
    list(JOIN octets "', " octets)
    string(APPEND declarations "extern const char ${prefix}_${name}[${length}];\n")
    string(APPEND definitions "const char ${prefix}_${name}[${length}] = {${octets}', '\\0'};\n")
  endforeach()
  file(CONFIGURE OUTPUT ${header} CONTENT "${declarations}#endif\n" @ONLY)
  file(CONFIGURE OUTPUT ${source} CONTENT "${definitions}" @ONLY)
  target_sources(${target} PRIVATE ${source})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
endfunction()
