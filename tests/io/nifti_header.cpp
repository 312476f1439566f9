#include "sparseann/io/nifti_header.hpp"

#include "support/catch.hpp"

using sparseann::DataError;
using sparseann::Geometry;
using sparseann::IoError;
using sparseann::make_nifti1_header;
using sparseann::NiftiHeader;
using sparseann::parse_nifti_header;

namespace {

nifti_1_header valid_header() {
  nifti_1_header header{};
  header.sizeof_hdr = 348;
  header.dim[0] = 3;
  header.dim[1] = 4;
  header.dim[2] = 3;
  header.dim[3] = 2;
  header.datatype = DT_INT16;
  header.bitpix = 16;
  header.pixdim[1] = 0.5F;
  header.pixdim[2] = 0.75F;
  header.pixdim[3] = 1.25F;
  header.vox_offset = 352;
  std::memcpy(header.magic, "n+1", 4);
  return header;
}

NiftiHeader parse(const nifti_1_header& header) {
  return parse_nifti_header("f.nii", {reinterpret_cast<const char*>(&header), sizeof header});
}

/// What parsing says after `change` to a valid header.
template <class Change> std::string message_after(Change change) {
  nifti_1_header header = valid_header();
  change(header);
  try {
    static_cast<void>(parse(header));
  } catch (const sparseann::Error& error) {
    return error.what();
  }
  return "";
}

} // namespace

TEST_CASE("extents and spacing come in (z, y, x) order") {
  const NiftiHeader header = parse(valid_header());
  CHECK(header.geometry.shape == sparseann::Shape3{2, 3, 4});
  CHECK(header.geometry.spacing_mm == std::array{1.25, 0.75, 0.5});
  CHECK(header.datatype == DT_INT16);
  CHECK(header.offset == 352);
  CHECK(header.slope == 1.0);
  CHECK(header.intercept == 0.0);
  CHECK_FALSE(header.swapped);
}

TEST_CASE("spacing is in mm whatever unit the header uses, and written back in it") {
  for (const auto& [unit, factor] :
       {std::pair(NIFTI_UNITS_METER, 1000.0), {NIFTI_UNITS_MM, 1.0}, {NIFTI_UNITS_MICRON, 1e-3}}) {
    nifti_1_header raw = valid_header();
    raw.xyzt_units = static_cast<char>(unit | NIFTI_UNITS_SEC);
    raw.pixdim[1] = 0.1F;
    const Geometry geometry = parse(raw).geometry;
    CHECK(geometry.spacing_mm[2] == Approx(0.1 * factor));
    CHECK(geometry.orientation.spatial_unit == unit);
    CHECK(geometry.orientation.temporal_unit == NIFTI_UNITS_SEC);
    const nifti_1_header written = make_nifti1_header(geometry, DT_INT16, 16);
    CHECK(written.pixdim[1] == 0.1F);
    CHECK(written.xyzt_units == raw.xyzt_units);
  }
}

TEST_CASE("orientation is kept bit for bit") {
  nifti_1_header raw = valid_header();
  raw.qform_code = 1;
  raw.sform_code = 4;
  raw.pixdim[0] = -1;
  raw.xyzt_units = NIFTI_UNITS_MM;
  float value = 0.1F;
  for (float* entry : {&raw.quatern_b, &raw.quatern_c, &raw.quatern_d, &raw.qoffset_x, &raw.qoffset_y, &raw.qoffset_z})
    *entry = value *= -1.7F;
  for (auto* row : {raw.srow_x, raw.srow_y, raw.srow_z})
    for (std::size_t i = 0; i < 4; ++i)
      row[i] = value *= -1.3F;
  raw.scl_slope = 1; // as it is written
  raw.regular = 'r';
  std::fill(raw.dim + 4, raw.dim + 8, std::int16_t{1});
  const nifti_1_header written = make_nifti1_header(parse(raw).geometry, DT_INT16, 16);
  CHECK(std::memcmp(&written, &raw, sizeof raw) == 0);
}

TEST_CASE("one time point and unset scaling are accepted") {
  nifti_1_header raw = valid_header();
  raw.dim[0] = 5;
  raw.dim[4] = raw.dim[5] = 1;
  raw.scl_slope = std::numeric_limits<float>::quiet_NaN();
  raw.scl_inter = std::numeric_limits<float>::quiet_NaN();
  raw.vox_offset = 0;
  const NiftiHeader header = parse(raw);
  CHECK(header.slope == 1.0);
  CHECK(header.intercept == 0.0);
  CHECK(header.offset == 352);
}

TEST_CASE("header errors name file and field") {
  using H = nifti_1_header;
  CHECK(message_after([](H&) {}).empty());
  CHECK(message_after([](H& h) { h.dim[0] = 2; }) == "f.nii: expected three dimensions, in dim[0], got 2");
  CHECK(message_after([](H& h) { h.dim[0] = -3; }) == "f.nii: expected three dimensions, in dim[0], got -3");
  CHECK(message_after([](H& h) { h.dim[0] = 8; }) == "f.nii: expected three dimensions, in dim[0], got 8");
  CHECK(message_after([](H& h) { h.dim[2] = 0; }) == "f.nii: expected a positive dim[2], got 0");
  CHECK(message_after([](H& h) { h.dim[1] = -4; }) == "f.nii: expected a positive dim[1], got -4");
  CHECK(message_after([](H& h) { h.dim[0] = 4, h.dim[4] = 2; }) ==
        "f.nii: expected one volume (dim[4] = 1), got dim[4] = 2");
  CHECK(message_after([](H& h) { h.pixdim[3] = 0; }) == "f.nii: expected a positive pixdim[3], got 0");
  CHECK(message_after([](H& h) { h.pixdim[1] = -1; }) == "f.nii: expected a positive pixdim[1], got -1");
  CHECK(message_after([](H& h) { h.pixdim[2] = std::numeric_limits<float>::quiet_NaN(); }) ==
        "f.nii: expected a positive pixdim[2], got nan");
  CHECK(message_after([](H& h) { h.vox_offset = 100; }) ==
        "f.nii: expected a vox_offset of at least 348 bytes, got 100");
  CHECK(message_after([](H& h) { h.vox_offset = 1e30F; }).starts_with("f.nii: expected a vox_offset"));
  CHECK(message_after([](H& h) { h.scl_slope = 2, h.scl_inter = std::numeric_limits<float>::infinity(); }) ==
        "f.nii: expected a finite scl_inter beside scl_slope, got inf");
  CHECK(message_after([](H& h) { std::memcpy(h.magic, "ni1", 4); }) ==
        "f.nii: expected a single-file NIfTI (magic 'n+1' or 'n+2'), got the header of a .hdr/.img pair");
  CHECK(message_after([](H& h) { h.magic[0] = 'x'; }) ==
        "f.nii: expected a single-file NIfTI (magic 'n+1' or 'n+2'), got another magic");
  CHECK(message_after([](H& h) { h.sizeof_hdr = 347; }) ==
        "f.nii: is not a NIfTI file: its header's size is neither 348 nor 540 (at byte 0)");
}

TEST_CASE("every truncation of a NIfTI header is an error") {
  const nifti_1_header header = valid_header();
  const std::string_view bytes(reinterpret_cast<const char*>(&header), sizeof header);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_THROWS_AS(parse_nifti_header("f", bytes.substr(0, size)), IoError);
}

TEST_CASE("make_nifti1_header refuses what NIfTI-1 cannot say") {
  Geometry geometry = sparseann::isotropic_geometry({2, 3, 4});
  CHECK_NOTHROW(make_nifti1_header(geometry, DT_UINT8, 8));
  geometry.shape = {2, 3, 32768};
  CHECK_THROWS_WITH(make_nifti1_header(geometry, DT_UINT8, 8),
                    "geometry.shape: expected extents of 1 to 32767, got 2 x 3 x 32768");
  geometry.shape = {0, 3, 4};
  CHECK_THROWS_AS(make_nifti1_header(geometry, DT_UINT8, 8), sparseann::InvalidArgument);
  geometry.shape = {2, 3, 4};
  geometry.spacing_mm[1] = 0;
  CHECK_THROWS_AS(make_nifti1_header(geometry, DT_UINT8, 8), sparseann::InvalidArgument);
}

TEST_CASE("stated_affine prefers the sform, then the quaternion") {
  Geometry geometry = sparseann::isotropic_geometry({5, 4, 3});
  geometry.orientation.affine[1] = {0, 3, 0, 7};
  CHECK((*sparseann::stated_affine(geometry))[1] == std::array{0.0, 3.0, 0.0, 7.0});
  geometry.orientation.sform_code = 0;
  CHECK_FALSE(sparseann::stated_affine(geometry));

  geometry.orientation.qform_code = 1;
  geometry.orientation.qfac = -1;
  geometry.orientation.quaternion = {0.25, -0.5, 0.125};
  geometry.orientation.offset_mm = {10, -20.5, 30.25};
  geometry.spacing_mm = {1.25, 0.75, 0.5};
  const auto check = [&](const std::array<std::array<double, 4>, 3>& expected) {
    const auto affine = *sparseann::stated_affine(geometry);
    for (std::size_t row = 0; row < 3; ++row)
      for (std::size_t column = 0; column < 4; ++column)
        CHECK(affine[row][column] == Approx(expected[row][column]).margin(1e-7));
  };
  // nibabel 5.4, Nifti1Header.get_qform
  check({{{0.234375, -0.34118996541332813, 0.9464747694221876, 10.0},
          {-0.02254002305778124, 0.6328125, 0.6685498847110938, -20.5},
          {0.441089907768875, 0.21362993082665627, -0.46875, 30.25}}});
  geometry.orientation.quaternion = {0.6, 0, 0.8};
  check({{{-0.14, 0.0, -1.2, 10.0}, {0.0, -0.75, 0.0, -20.5}, {0.48, 0.0, -0.35, 30.25}}});
}
