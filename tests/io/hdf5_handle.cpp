#include "sparseann/io/hdf5_handle.hpp"

#include "support/catch.hpp"

using sparseann::Hdf5Handle;

namespace {

Hdf5Handle simple_space(hsize_t extent) { return {H5Screate_simple(1, &extent, nullptr), H5Sclose, "f", "no space"}; }

} // namespace

TEST_CASE("an Hdf5Handle closes what it owns, once") {
  const sparseann::Hdf5Session session;
  hid_t id = -1;
  {
    Hdf5Handle space = simple_space(3);
    id = space.get();
    Hdf5Handle moved = std::move(space);
    CHECK(moved.get() == id);
    moved = simple_space(4);
    CHECK(H5Iis_valid(id) == 0);
    id = moved.get();
    CHECK(H5Iis_valid(id) > 0);
  }
  CHECK(H5Iis_valid(id) == 0);
}

TEST_CASE("HDF5's failures are IoErrors with the innermost reason") {
  const sparseann::Hdf5Session session;
  CHECK_THROWS_WITH(Hdf5Handle(H5Screate_simple(-1, nullptr, nullptr), H5Sclose, "f", "has no space"),
                    ContainsSubstring("f: has no space (HDF5: ") && ContainsSubstring("cannot be negative)"));
}

TEST_CASE("an Hdf5Session silences HDF5 and gives its printer back") {
  const auto printer = [] {
    H5E_auto2_t function = nullptr;
    void* data = nullptr;
    H5Eget_auto2(H5E_DEFAULT, &function, &data);
    return function;
  };
  H5E_auto2_t const before = printer();
  CHECK(before != nullptr);
  {
    const sparseann::Hdf5Session session;
    CHECK(printer() == nullptr);
  }
  CHECK(printer() == before);
}
