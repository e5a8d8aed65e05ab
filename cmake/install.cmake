# What `cmake --install` puts in place: the program, libripple, its headers, and ripple.pc.
install(TARGETS ripple RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ripple_shared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/ripple ${CMAKE_BINARY_DIR}/include/ripple
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

# ripple.pc finds its prefix from where it lies, so that an installed tree may be moved.
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
           BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}/${pkgconfig_dir}
           OUTPUT_VARIABLE RIPPLE_PC_TO_PREFIX)
configure_file(${CMAKE_CURRENT_LIST_DIR}/ripple.pc.in ripple.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/ripple.pc DESTINATION ${pkgconfig_dir})
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/ripple
        RENAME copyright)
