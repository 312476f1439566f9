#include "sparseann/data/nnunet_folder.hpp"

#include <cstdlib>
#include <limits>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using sparseann::DataError;
using sparseann::Geometry;
using sparseann::LabelledCohort;
using sparseann::LabelVolume;
using sparseann::read_nnunet_folder;
using sparseann::Volume;
using sparseann::write_nifti;

namespace {

Geometry grid(const sparseann::Shape3& shape = {2, 3, 4}) { return sparseann::isotropic_geometry(shape, 0.5); }

Volume<float> image(float start, const Geometry& geometry = grid()) {
  Volume<float> volume = sparseann::zeros_on<float>(geometry);
  for (std::size_t i = 0; i < volume.voxels.size(); ++i)
    volume.voxels.data()[i] = start + static_cast<float>(i);
  return volume;
}

LabelVolume labels(std::uint8_t highest, const Geometry& geometry = grid()) {
  LabelVolume volume = sparseann::zeros_on<std::uint8_t>(geometry);
  for (std::size_t i = 0; i < volume.voxels.size(); ++i)
    volume.voxels.data()[i] = static_cast<std::uint8_t>(i % (highest + 1U));
  return volume;
}

/// A folder of two training cases and one test case, each of one channel, three classes, without dataset.json.
class Dataset {
public:
  Dataset() {
    for (const char* sub : {"imagesTr", "labelsTr", "imagesTs", "labelsTs"})
      std::filesystem::create_directories(path() / sub);
    for (const char* name : {"b_002", "a_001"}) {
      write_nifti(path() / "imagesTr" / (std::string(name) + "_0000.nii.gz"), image(name[0] == 'a' ? 1.0F : 2.0F));
      write_nifti(path() / "labelsTr" / (std::string(name) + ".nii.gz"), labels(2));
    }
    write_nifti(path() / "imagesTs" / "c_003_0000.nii.gz", image(3));
    write_nifti(path() / "labelsTs" / "c_003.nii.gz", labels(1));
  }

  [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "toy"; }
  [[nodiscard]] std::string text(std::string_view file) const { return (path() / file).string(); }

  void describe(std::string_view json) const { sparseann::publish_atomically(path() / "dataset.json", json); }
  void remove(std::string_view file) const { std::filesystem::remove_all(path() / file); }

  /// What reading says; empty where it succeeds.
  [[nodiscard]] std::string message() const {
    try {
      static_cast<void>(read_nnunet_folder(path()));
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  }

private:
  sparseann::test::TemporaryDirectory directory_;
};

std::vector<std::string> names_in(const std::vector<sparseann::Case>& cases) {
  std::vector<std::string> names;
  for (const sparseann::Case& scan : cases)
    names.push_back(scan.name);
  return names;
}

} // namespace

TEST_CASE("a folder is read in the order of names, classes from the labels") {
  const Dataset dataset;
  const LabelledCohort labelled = read_nnunet_folder(dataset.path());
  CHECK(labelled.cohort.name == "toy");
  CHECK(labelled.cohort.class_names == std::vector<std::string>{"background", "class 1", "class 2"});
  CHECK(names_in(labelled.cohort.training) == std::vector<std::string>{"a_001", "b_002"});
  CHECK(names_in(labelled.cohort.test) == std::vector<std::string>{"c_003"});
  CHECK(labelled.cohort.training[1].image.geometry == grid());
  CHECK(labelled.cohort.training[0].image.voxels(0, 1, 2, 3) == 24.0F);
  CHECK(labelled.cohort.training[1].image.voxels(0, 0, 0, 0) == 2.0F);
  CHECK((labelled.training_labels[0].voxels == labels(2).voxels));
  CHECK((labelled.test_labels[0].voxels == labels(1).voxels));
}

TEST_CASE("dataset.json names the classes in both styles") {
  const Dataset dataset;
  const std::vector<std::string> expected{"background", "cavity", "wall"};
  dataset.describe(
      R"({"name": "Toy hearts", "channel_names": {"0": "MRI"}, "labels": {"wall": 2, "background": 0, "cavity": 1}})");
  CHECK(read_nnunet_folder(dataset.path()).cohort.class_names == expected);
  CHECK(read_nnunet_folder(dataset.path()).cohort.name == "Toy hearts");
  dataset.describe(R"({"modality": {"0": "MRI"}, "labels": {"0": "background", "1": "cavity", "2": "wall"}})");
  CHECK(read_nnunet_folder(dataset.path()).cohort.class_names == expected);
  dataset.describe(R"({"labels": {"background": 0, "cavity": 1, "wall": 2, "ignore": 3}})");
  CHECK(read_nnunet_folder(dataset.path()).cohort.class_names == expected);
}

TEST_CASE("dataset.json that contradicts itself or the files is refused") {
  const Dataset dataset;
  const auto message = [&](std::string_view json) {
    dataset.describe(json);
    return dataset.message();
  };
  const std::string file = dataset.text("dataset.json");
  CHECK(message(R"({"labels": {"background": 0, "wall": 2}})") ==
        file + R"(: expected labels 0, 1, 2 and so on without a gap, got {"background":0,"wall":2})");
  CHECK(message(R"({"labels": {"background": 0, "ignore": 1, "wall": 2}})") ==
        file + R"(: expected `ignore` as the highest label, got {"background":0,"ignore":1,"wall":2})");
  CHECK(message(R"({"labels": {"background": 0, "all": [1, 2]}})") ==
        file +
            R"(: expected labels as "NAME": NUMBER or "NUMBER": "NAME" (regions are not supported), got "all": [1,2])");
  CHECK(message(R"({"labels": {"background": 0, "a": 1, "b": 1}})") ==
        file + ": expected one name per label, got two for label 1");
  CHECK(message(R"({"channel_names": {"0": "T1", "1": "T2"}})") ==
        dataset.text("imagesTr/a_001_0000.nii.gz") +
            ": expected 2 channels, as dataset.json says, got 1 for case a_001");
  CHECK(message("[]") == file + ": expected an object, got array");
  CHECK(message(R"({"labels": {"background": 0, "cavity": 1}})") ==
        dataset.text("labelsTr/a_001.nii.gz") + ": expected labels of 0 to 1, got 2 at (z, y, x) = (0, 0, 2)");
  CHECK(message(R"({"labels": {"background": 0, "cavity": 1, "ignore": 2}})") ==
        dataset.text("labelsTr/a_001.nii.gz") + ": expected dense labels, got voxels of label 2, `ignore`");
}

TEST_CASE("test labels beyond the training labels' classes are refused") {
  const Dataset dataset;
  write_nifti(dataset.path() / "labelsTs" / "c_003.nii.gz", labels(3));
  CHECK(dataset.message() ==
        dataset.text("labelsTs/c_003.nii.gz") + ": expected labels of 0 to 2, got 3 at (z, y, x) = (0, 0, 3)");
}

TEST_CASE("several channels, plain names and plain files") {
  const Dataset dataset;
  SECTION("two channels") {
    for (const char* file : {"imagesTr/a_001_0001.nii", "imagesTr/b_002_0001.nii.gz", "imagesTs/c_003_0001.nii"})
      write_nifti(dataset.path() / file, image(100));
    const LabelledCohort labelled = read_nnunet_folder(dataset.path());
    CHECK(labelled.cohort.channels() == 2);
    CHECK(labelled.cohort.training[0].image.voxels(0, 0, 0, 1) == 2.0F);
    CHECK(labelled.cohort.training[0].image.voxels(1, 0, 0, 1) == 101.0F);
  }
  SECTION("a case lacks a channel") {
    write_nifti(dataset.path() / "imagesTr/a_001_0001.nii", image(100));
    CHECK(dataset.message() == "case b_002: expected 2 channels as in case a_001, got 1");
    write_nifti(dataset.path() / "imagesTr/b_002_0002.nii", image(100));
    CHECK(dataset.message() ==
          dataset.text("imagesTr/b_002_0002.nii") + ": expected channel 0001 before it, got channel 0002");
  }
  SECTION("channels of different grids") {
    write_nifti(dataset.path() / "imagesTr/a_001_0001.nii", image(100, grid({2, 3, 5})));
    CHECK(dataset.message() == dataset.text("imagesTr/a_001_0001.nii") + ": expected shape (z, y, x) 2 x 3 x 4 as in " +
                                   dataset.text("imagesTr/a_001_0000.nii.gz") + ", got 2 x 3 x 5");
  }
  SECTION("the Decathlon's names, which may look like channels") {
    for (const char* folder : {"imagesTr", "imagesTs"})
      dataset.remove(folder);
    for (const char* folder : {"imagesTr", "labelsTr", "imagesTs", "labelsTs"}) {
      dataset.remove(folder);
      std::filesystem::create_directories(dataset.path() / folder);
    }
    write_nifti(dataset.path() / "imagesTr/heart_0001.nii", image(1));
    write_nifti(dataset.path() / "labelsTr/heart_0001.nii.gz", labels(1));
    write_nifti(dataset.path() / "imagesTs/heart_0002.nii.gz", image(1));
    const LabelledCohort labelled = read_nnunet_folder(dataset.path());
    CHECK(names_in(labelled.cohort.training) == std::vector<std::string>{"heart_0001"});
    CHECK(names_in(labelled.cohort.test) == std::vector<std::string>{"heart_0002"});
    CHECK(labelled.test_labels.empty());
  }
  SECTION("a stray name") {
    write_nifti(dataset.path() / "imagesTr/d_004.nii", image(100));
    CHECK(dataset.message() ==
          dataset.text("imagesTr/d_004.nii") +
              ": expected a name like CASE_0000.nii.gz, as the folder's other images have, or a label "
              "file of the same name, got d_004.nii");
  }
  SECTION("one image in two files") {
    write_nifti(dataset.path() / "imagesTr/a_001_0000.nii", image(1));
    CHECK(dataset.message().find("expected one file per case and channel, got also a_001_0000.nii") !=
          std::string::npos);
  }
}

TEST_CASE("hidden and foreign files are passed over") {
  const Dataset dataset;
  for (const char* file :
       {"imagesTr/._a_001_0000.nii.gz", "imagesTr/.x.nii", "labelsTr/.DS_Store", "imagesTr/notes.txt"})
    sparseann::publish_atomically(dataset.path() / file, "rubbish");
  CHECK(dataset.message().empty());
}

TEST_CASE("missing and empty folders, images without labels and the reverse") {
  const Dataset dataset;
  CHECK_THROWS_WITH(read_nnunet_folder(dataset.path() / "none"),
                    dataset.text("none") + ": expected a folder with imagesTr and labelsTr, got no such folder");
  SECTION("no training images") {
    dataset.remove("imagesTr");
    CHECK(dataset.message() == dataset.text("imagesTr") + ": expected NIfTI images (.nii or .nii.gz), got none");
  }
  SECTION("no training labels") {
    dataset.remove("labelsTr/a_001.nii.gz");
    CHECK(dataset.message() == dataset.text("imagesTr/a_001_0000.nii.gz") + ": expected labels " +
                                   dataset.text("labelsTr") + "/a_001.nii.gz, got an image without labels");
    dataset.remove("labelsTr");
    CHECK(dataset.message() == dataset.text("labelsTr") + ": expected NIfTI labels (.nii or .nii.gz), got none");
  }
  SECTION("labels without an image") {
    dataset.remove("imagesTr/b_002_0000.nii.gz");
    CHECK(dataset.message() == dataset.text("labelsTr/b_002.nii.gz") + ": expected an image of case b_002 in " +
                                   dataset.text("imagesTr") + ", got labels without an image");
  }
  SECTION("no test labels at all, or some") {
    dataset.remove("labelsTs/c_003.nii.gz");
    CHECK(read_nnunet_folder(dataset.path()).test_labels.empty());
    write_nifti(dataset.path() / "imagesTs/d_004_0000.nii.gz", image(3));
    write_nifti(dataset.path() / "labelsTs/d_004.nii.gz", labels(1));
    CHECK(dataset.message() == dataset.text("imagesTs/c_003_0000.nii.gz") + ": expected labels " +
                                   dataset.text("labelsTs") + "/c_003.nii.gz, got an image without labels");
  }
  SECTION("no test cases") {
    dataset.remove("imagesTs");
    dataset.remove("labelsTs");
    CHECK(read_nnunet_folder(dataset.path()).cohort.test.empty());
  }
}

TEST_CASE("images and labels must lie on the same grid") {
  const Dataset dataset;
  const std::string file = dataset.text("labelsTr/a_001.nii.gz");
  const std::string as_in = " as in " + dataset.text("imagesTr/a_001_0000.nii.gz") + ", got ";
  const auto message_with = [&](const Geometry& geometry) {
    write_nifti(file, labels(2, geometry));
    return dataset.message();
  };
  CHECK(message_with(grid({3, 2, 4})) == file + ": expected shape (z, y, x) 2 x 3 x 4" + as_in + "3 x 2 x 4");
  Geometry geometry = grid();
  geometry.spacing_mm[0] = 0.75;
  CHECK(message_with(geometry) ==
        file + ": expected spacing in mm (z, y, x) [0.5, 0.5, 0.5]" + as_in + "[0.75, 0.5, 0.5]");
  geometry.spacing_mm[0] = 0.5005;
  CHECK(message_with(geometry).empty());
  geometry.orientation.affine[1][3] = 2;
  CHECK(message_with(geometry) == file + ": expected affine row 1 [0, 0.5, 0, 0]" + as_in + "[0, 0.5, 0, 2]");
  geometry.orientation.sform_code = 0; // states no place, so contradicts none
  CHECK(message_with(geometry).empty());
}

TEST_CASE("images that cannot be worked with are refused by file") {
  const Dataset dataset;
  const std::string file = (dataset.path() / "imagesTs/c_003_0000.nii.gz").string();
  Volume<float> bad = image(1);
  bad.voxels(1, 0, 2) = std::numeric_limits<float>::quiet_NaN();
  write_nifti(dataset.path() / "imagesTs/c_003_0000.nii.gz", bad);
  CHECK(dataset.message() == file + ": expected finite voxels, got nan at (z, y, x) = (1, 0, 2)");
  bad.voxels.fill(4);
  write_nifti(dataset.path() / "imagesTs/c_003_0000.nii.gz", bad);
  CHECK(dataset.message() == file + ": expected an image that is not constant, got 4 everywhere");
}

TEST_CASE("the first cases by name") {
  const Dataset dataset;
  const LabelledCohort labelled = read_nnunet_folder(dataset.path(), {.max_training_cases = 1, .max_test_cases = 0});
  CHECK(names_in(labelled.cohort.training) == std::vector<std::string>{"a_001"});
  CHECK(labelled.training_labels.size() == 1);
  CHECK(labelled.cohort.test.empty());
  CHECK(labelled.test_labels.empty());
  CHECK(read_nnunet_folder(dataset.path(), {.max_training_cases = 9, .max_test_cases = 9}).cohort.training.size() == 2);
  CHECK_THROWS_WITH(read_nnunet_folder(dataset.path(), {.max_training_cases = 0, .max_test_cases = {}}),
                    "max_training_cases: expected a number of at least 1, got 0");
}

TEST_CASE("a written cohort is read back the same") {
  const Dataset source;
  for (const char* file : {"imagesTr/a_001_0001.nii", "imagesTr/b_002_0001.nii.gz", "imagesTs/c_003_0001.nii"})
    write_nifti(source.path() / file, image(100));
  LabelledCohort labelled = read_nnunet_folder(source.path());
  labelled.cohort.name = "copied";
  labelled.cohort.class_names = {"background", "cavity", "wall"};
  const auto target = source.path().parent_path() / "copy";
  for (int times = 0; times < 2; ++times) // the second replaces the first
    sparseann::write_nnunet_folder(target, labelled);
  CHECK(std::filesystem::exists(target / "imagesTr/a_001_0001.nii.gz"));
  CHECK(sparseann::read_json_file(target / "dataset.json").dump() ==
        R"({"name":"copied","channel_names":{"0":"channel 0","1":"channel 1"},)"
        R"("labels":{"background":0,"cavity":1,"wall":2},"numTraining":2,"file_ending":".nii.gz"})");

  const LabelledCohort copy = read_nnunet_folder(target);
  CHECK(copy.cohort.name == "copied");
  CHECK(copy.cohort.class_names == labelled.cohort.class_names);
  REQUIRE(copy.cohort.training.size() == 2);
  REQUIRE(copy.cohort.test.size() == 1);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(copy.cohort.training[i].name == labelled.cohort.training[i].name);
    CHECK((copy.cohort.training[i].image.voxels == labelled.cohort.training[i].image.voxels));
    CHECK(copy.cohort.training[i].image.geometry == labelled.cohort.training[i].image.geometry);
    CHECK((copy.training_labels[i].voxels == labelled.training_labels[i].voxels));
  }
  CHECK((copy.test_labels[0].voxels == labelled.test_labels[0].voxels));
}

TEST_CASE("write_nnunet_folder mixes no cohorts and writes no bad one") {
  const Dataset dataset;
  LabelledCohort labelled = read_nnunet_folder(dataset.path());
  labelled.cohort.training[0].name = "z";
  CHECK_THROWS_WITH(sparseann::write_nnunet_folder(dataset.path(), labelled),
                    dataset.text("imagesTr") +
                        ": expected an empty folder or one with the same cases, got a_001_0000.nii.gz");
  labelled.cohort.training[0].name = "a_001";
  labelled.cohort.test.clear(); // test cases that are not to be written are foreign as well, and nothing is replaced
  labelled.test_labels.clear();
  labelled.cohort.training[0].image.voxels(0, 0, 0, 0) += 1;
  const std::string before = sparseann::read_file(dataset.path() / "imagesTr/a_001_0000.nii.gz");
  CHECK_THROWS_WITH(sparseann::write_nnunet_folder(dataset.path(), labelled), ContainsSubstring("imagesTs"));
  CHECK(sparseann::read_file(dataset.path() / "imagesTr/a_001_0000.nii.gz") == before);
  const auto target = dataset.path().parent_path() / "copy";
  labelled.cohort.class_names[1] = "background";
  CHECK_THROWS_AS(sparseann::write_nnunet_folder(target, labelled), sparseann::InvalidArgument);
  labelled.training_labels.clear();
  CHECK_THROWS_AS(sparseann::write_nnunet_folder(target, labelled), DataError);
  CHECK_FALSE(std::filesystem::exists(target));
}

TEST_CASE("the published hippocampus folder") {
  const char* data = std::getenv("SPARSEANN_DATA");
  if (data == nullptr) {
    WARN("skipped: SPARSEANN_DATA does not name the folder of real scans");
    return;
  }
  const LabelledCohort labelled =
      read_nnunet_folder(std::filesystem::path(data) / "hippocampus", {.max_training_cases = 3, .max_test_cases = 2});
  CHECK(labelled.cohort.class_names == std::vector<std::string>{"background", "anterior", "posterior"});
  CHECK(labelled.cohort.training.front().name == "hippocampus_001");
  CHECK(labelled.cohort.training.size() == 3);
  CHECK(labelled.test_labels.size() == 2);
}
