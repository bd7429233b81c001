# signet_plugin(ID SOURCES … [LIBRARIES …]): one plugin, plugins/ID.so in the build folder, with one
# exported symbol. `cmake --install` puts it where a host finds it.
include(GNUInstallDirs)

function(signet_plugin id)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(${id} MODULE ${ARG_SOURCES})
  set_target_properties(${id} PROPERTIES PREFIX ""
    C_VISIBILITY_PRESET hidden
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins
    LINK_DEPENDS ${SIGNET_PLUGIN_MAP})
  target_link_libraries(${id} PRIVATE Signet::sdk ${ARG_LIBRARIES})
  target_link_options(${id} PRIVATE -Wl,--version-script=${SIGNET_PLUGIN_MAP})
  install(TARGETS ${id} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/signet/plugins)
endfunction()
