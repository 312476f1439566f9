#include "sparseann/io/nnunet_layout.hpp"

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using sparseann::DataError;
using sparseann::group_nnunet_files;
using sparseann::nifti_files;
using sparseann::read_nnunet_description;
using sparseann::test::TemporaryDirectory;

namespace {

using Files = std::map<std::string, std::filesystem::path>;

} // namespace

TEST_CASE("dataset.json is read in nnU-Net's and the Decathlon's form") {
  const TemporaryDirectory directory;
  const auto read = [&](std::string_view json) {
    sparseann::publish_atomically(directory.path() / "dataset.json", json);
    return read_nnunet_description(directory.path());
  };
  const auto nnunet = read(R"({"channel_names": {"0": "T1", "1": "T2"}, "name": "N",
                               "labels": {"b": 2, "background": 0, "a": 1, "ignore": 3}})");
  CHECK(nnunet.name == "N");
  CHECK(nnunet.class_names == std::vector<std::string>{"background", "a", "b"});
  CHECK(nnunet.ignore_label == 3U);
  CHECK(nnunet.channels == 2U);
  const auto decathlon = read(R"({"modality": {"0": "MRI"}, "labels": {"0": "background", "1": "a"}})");
  CHECK(decathlon.class_names == std::vector<std::string>{"background", "a"});
  CHECK_FALSE(decathlon.ignore_label);
  CHECK(decathlon.channels == 1U);
  CHECK_THROWS_AS(read("{"), sparseann::IoError);
  CHECK_THROWS_AS(read(R"({"labels": {"background": 0, "a": -1}})"), DataError);
  CHECK_THROWS_AS(read(R"({"labels": {"a": 1, "b": 2}})"), DataError);
}

TEST_CASE("without dataset.json a folder is named as it is called") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "toy");
  CHECK(read_nnunet_description(directory.path() / "toy").name == "toy");
  CHECK(read_nnunet_description((directory.path() / "toy").string() + "/").name == "toy");
  CHECK(read_nnunet_description(directory.path() / "toy").class_names.empty());
}

TEST_CASE("nifti_files lists by stem and passes others over") {
  const TemporaryDirectory directory;
  for (const char* name : {"b.nii.gz", "a_0000.nii", "._b.nii.gz", "c.nii.txt", "d.gz"})
    sparseann::publish_atomically(directory.path() / name, "");
  CHECK(nifti_files(directory.path()) ==
        Files{{"a_0000", directory.path() / "a_0000.nii"}, {"b", directory.path() / "b.nii.gz"}});
  CHECK(nifti_files(directory.path() / "none").empty());
  sparseann::publish_atomically(directory.path() / "b.nii", "");
  CHECK_THROWS_AS(nifti_files(directory.path()), DataError);
}

TEST_CASE("group_nnunet_files tells channels from cases") {
  const Files files{{"a_0000", "a0"}, {"a_0001", "a1"}, {"b_2_0000", "b0"}, {"b_2_0001", "b1"}};
  const auto cases = group_nnunet_files(files, true, 2);
  REQUIRE(cases.size() == 2);
  CHECK(cases[0].name == "a");
  CHECK(cases[0].channels == std::vector<std::filesystem::path>{"a0", "a1"});
  CHECK(cases[1].name == "b_2");
  CHECK(group_nnunet_files(files, false, std::nullopt).size() == 4);
  const auto numbered = group_nnunet_files({{"c_10_0000", "c10"}, {"c_1_0000", "c1"}}, true, std::nullopt);
  CHECK(numbered[0].name == "c_1");
  CHECK(numbered[1].name == "c_10");
  CHECK_THROWS_WITH(group_nnunet_files(files, true, 3),
                    "a1: expected 3 channels, as dataset.json says, got 2 for case a");
  CHECK_THROWS_WITH(group_nnunet_files({{"a_0001", "a1"}}, true, std::nullopt),
                    "a1: expected channel 0000 before it, got channel 0001");
  for (const char* stem : {"a", "_0000", "a_000", "a_00000", "a-0000", "a_00x0"})
    CHECK_THROWS_AS(group_nnunet_files({{stem, "f.nii"}}, true, std::nullopt), DataError);
}
