# `cpack -G DEB` in the build folder makes a Debian package of what `cmake --install` installs.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ripple)
set(CPACK_PACKAGE_VENDOR "The ripple authors")
set(CPACK_PACKAGE_CONTACT "The ripple authors")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Trains dense neural networks on any OpenCL device from the command line,
compares every tensor of a training step with a double-precision CPU
reference, and shows what backpropagation did. With the library libripple,
its headers and its pkg-config file.")
# dpkg-shlibdeps (package dpkg-dev) reads the dependencies from what the binaries link.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "pocl-opencl-icd | opencl-icd, dataset-fashion-mnist")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libglib2.0-dev, pkgconf")

include(CPack)
