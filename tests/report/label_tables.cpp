#include "sparseann/report/label_tables.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("labels are described as ITK-SNAP reads them") {
  CHECK(itk_snap_labels(viewed_labels({"background", "left \"atrium\""})) ==
        "################################################\n"
        "# ITK-SnAP Label Description File\n"
        "# File format:\n"
        "# IDX   -R-  -G-  -B-  -A--  VIS MSH  LABEL\n"
        "################################################\n"
        "    0     0    0    0     0.00  0  0    \"background\"\n"
        "    1    86  180  233     1.00  1  1    \"left 'atrium'\"\n"
        "    2   128  128  128     0.40  1  1    \"ignore\"\n");
}

TEST_CASE("labels are described as 3D Slicer reads them") {
  CHECK(slicer_color_table(viewed_labels({"background", "left atrium"})) == "# Color table file\n# 3 values\n"
                                                                            "0 background 0 0 0 0\n"
                                                                            "1 left_atrium 86 180 233 255\n"
                                                                            "2 ignore 128 128 128 102\n");
}

TEST_CASE("every mark of a guide has a name") { CHECK(viewed_guide_marks().size() == 6); }
