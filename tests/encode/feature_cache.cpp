#include "sparseann/encode/feature_cache.hpp"

#include <memory>
#include <sstream>
#include <stdexcept>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;
namespace fs = std::filesystem;

namespace {

struct CountedOptions {
  double scale = 1;
  std::size_t threads = 1;

  friend void visit(CountedOptions& options, auto&& visitor) {
    visitor(field("scale", options.scale, "of the features"));
    visitor(field("threads", options.threads, "used", {}, Affects::execution));
  }
};

/// A slice's first intensity times the scale; counts how often it is fitted, by copies as well.
struct CountedEncoder {
  static constexpr std::string_view name = "counted";
  CountedOptions options;
  fs::path file;
  std::shared_ptr<int> fits = std::make_shared<int>(0);
  bool is_interrupted = false;

  [[nodiscard]] std::vector<fs::path> files() const {
    return file.empty() ? std::vector<fs::path>{} : std::vector<fs::path>{file};
  }
  void fit(const SliceSource&, const StageContext& context) {
    ++*fits;
    fs::create_directories(context.directory);
    publish_atomically(context.directory / "checkpoint", "half");
    if (is_interrupted)
      throw std::runtime_error("interrupted");
  }
  [[nodiscard]] Array2<float> encode(const SliceSource& slices, const StageContext&) const {
    Array2<float> features = xt::ones<float>({slices.size(), std::size_t{2}});
    for (std::size_t row = 0; row < slices.size(); ++row)
      features(row, 0) = static_cast<float>(options.scale) * slices.slice(row).flatten()[0].item<float>();
    return features;
  }
};

struct OtherEncoder : CountedEncoder {
  static constexpr std::string_view name = "other";
};

/// A cache, a cohort, and what to ask for.
class CacheTest {
public:
  LabelledCohort data = test::toy_cohort(2, 0, 4);
  std::vector<Plane> planes{Plane::xy, Plane::xz};
  StageContext context{.stage = "encode", .generator = Generator(5)};
  CountedEncoder encoder;

  CacheTest() { context.progress = Progress(said_, false); }

  [[nodiscard]] fs::path folder() const { return directory_.path() / "cache"; }
  [[nodiscard]] SliceSource slices() const { return {data.cohort.training, all_slices(data.cohort.training, planes)}; }
  [[nodiscard]] Array2<float> ask() const { return ask(encoder); }
  template <class E> [[nodiscard]] Array2<float> ask(const E& asked) const {
    return FeatureCache(folder()).features(asked, slices(), context);
  }
  [[nodiscard]] int fits() const { return *encoder.fits; }
  [[nodiscard]] std::string said() { return std::exchange(said_, std::ostringstream{}).str(); }

  [[nodiscard]] std::vector<fs::path> entries() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder()))
      found.push_back(entry.path());
    std::ranges::sort(found);
    return found;
  }
  [[nodiscard]] fs::path entry() const {
    REQUIRE(entries().size() == 1);
    return entries().front();
  }

  /// Whether what is asked for now is not what was asked for when the cache was filled.
  [[nodiscard]] bool asks_anew() const {
    const int before = fits();
    (void)ask();
    (void)ask();
    REQUIRE(fits() <= before + 1);
    return fits() == before + 1;
  }

private:
  test::TemporaryDirectory directory_;
  std::ostringstream said_;
};

} // namespace

TEST_CASE("the second of two equal questions is answered from the cache") {
  CacheTest test;
  const Array2<float> features = test.ask();
  CHECK(test.fits() == 1);
  CHECK((test.ask() == features));
  CHECK(test.fits() == 1);
  CHECK(test.said() == "features are read from " + test.entry().string() + '\n');
  CHECK(test.entry().filename().string().starts_with("counted-"));
  CHECK((read_npy(test.entry() / "features.npy") == features));
  CHECK(read_file(test.entry() / "index.csv") == feature_index(test.slices()));
}

TEST_CASE("whatever features depend on makes another entry") {
  CacheTest test;
  (void)test.ask();
  SECTION("one voxel") { test.data.cohort.training[1].image.voxels(0, 3, 4, 5) += 1e-3F; }
  SECTION("the spacing") { test.data.cohort.training[0].image.geometry.spacing_mm[0] = 2; }
  SECTION("the name of a case") { test.data.cohort.training[0].name = "renamed"; }
  SECTION("a case less") { test.data.cohort.training.pop_back(); }
  SECTION("the order of the cases") { std::swap(test.data.cohort.training[0], test.data.cohort.training[1]); }
  SECTION("the planes") { test.planes.pop_back(); }
  SECTION("an option") { test.encoder.options.scale = 1 + 1e-15; }
  SECTION("the random numbers") { test.context.generator = Generator(6); }
  SECTION("a file of the encoder") {
    test.encoder.file = test.folder() / "weights";
    publish_atomically(test.encoder.file, "1");
    CHECK(test.asks_anew());
    publish_atomically(test.encoder.file, "2");
  }
  CHECK(test.asks_anew());
}

TEST_CASE("what features do not depend on makes no other entry") {
  CacheTest test;
  test.encoder.file = test.folder() / "weights";
  fs::create_directories(test.folder());
  publish_atomically(test.encoder.file, "1");
  (void)test.ask();
  SECTION("an option of the execution alone") { test.encoder.options.threads = 7; }
  SECTION("where the images lie in the scanner") {
    test.data.cohort.training[0].image.geometry.orientation.affine[0][3] = 9;
  }
  SECTION("the labels") { test.data.training_labels.clear(); }
  SECTION("where the encoder's file is") {
    fs::create_directories(test.folder() / "elsewhere");
    fs::copy(test.encoder.file, test.folder() / "elsewhere" / "weights");
    test.encoder.file = test.folder() / "elsewhere" / "weights";
  }
  CHECK_FALSE(test.asks_anew());
}

TEST_CASE("another encoder with equal options makes another entry") {
  const CacheTest test;
  (void)test.ask();
  (void)test.ask(OtherEncoder{test.encoder});
  CHECK(test.fits() == 2);
  CHECK(test.entries().size() == 2);
}

TEST_CASE("a broken or foreign entry is made anew with a warning") {
  CacheTest test;
  const Array2<float> right = test.ask();
  const fs::path entry = test.entry();
  std::string complaint;
  SECTION("features that are cut off") {
    fs::resize_file(entry / "features.npy", fs::file_size(entry / "features.npy") - 4);
    complaint = "features.npy: expected the bytes that were written, got others";
  }
  SECTION("features of the same shape") {
    write_npy(entry / "features.npy", Array2<float>(2 * right));
    complaint = "features.npy: expected the bytes that were written, got others";
  }
  SECTION("no features") {
    fs::remove(entry / "features.npy");
    complaint = "features.npy: cannot be opened: No such file or directory";
  }
  SECTION("another index") {
    publish_atomically(entry / "index.csv", "case\n");
    complaint = "index.csv: expected the bytes that were written, got others";
  }
  SECTION("an entry of other features") {
    test.encoder.options.scale = 2;
    (void)test.ask();
    const fs::path other = test.entries()[test.entries()[0] == entry ? 1 : 0];
    for (const char* const file : {"features.npy", "index.csv", "entry.json"})
      fs::copy(other / file, entry / file, fs::copy_options::overwrite_existing);
    test.encoder.options.scale = 1;
    complaint = "entry.json: expected the features that its folder is named for, got others";
  }
  SECTION("no JSON") {
    publish_atomically(entry / "entry.json", "{");
    complaint = "entry.json: is not valid JSON";
  }
  SECTION("JSON of another kind") {
    publish_atomically(entry / "entry.json", "[1]");
    complaint = "type_error";
  }
  (void)test.said();
  const int before = test.fits();
  CHECK((test.ask() == right));
  CHECK(test.fits() == before + 1);
  const std::string said = test.said();
  CHECK_THAT(said, Catch::Matchers::StartsWith("warning: " + entry.string() + " is not used and made anew: "));
  CHECK_THAT(said, ContainsSubstring(complaint));
  CHECK((test.ask() == right));
  CHECK(test.fits() == before + 1);
}

TEST_CASE("an interrupted training is no entry, and what it left is there when it goes on") {
  CacheTest test;
  test.encoder.is_interrupted = true;
  CHECK_THROWS_AS(test.ask(), std::runtime_error);
  CHECK_FALSE(fs::exists(test.entry() / "entry.json"));
  CHECK(read_file(test.entry() / "encoder" / "checkpoint") == "half");
  publish_atomically(test.entry() / "encoder" / "kept", "from before");
  test.encoder.is_interrupted = false;
  (void)test.ask();
  CHECK(fs::exists(test.entry() / "encoder" / "kept"));
  CHECK(test.said().empty());
}

TEST_CASE("two writers of an entry are kept apart, and readers wait for nobody") {
  CacheTest test;
  (void)test.ask();
  const fs::path entry = test.entry();
  const DirectoryLock lock(entry);
  (void)test.ask();
  CHECK(test.fits() == 1);
  fs::remove(entry / "entry.json");
  try {
    (void)test.ask();
    FAIL("two writers");
  } catch (const IoError& error) {
    CHECK(error.what() == entry.string() + ": is in use by another process");
  }
}

TEST_CASE("a cache that cannot be written is named") {
  const CacheTest test;
  publish_atomically(test.folder(), "a file");
  try {
    (void)test.ask();
    FAIL("written");
  } catch (const IoError& error) {
    CHECK_THAT(error.what(), ContainsSubstring(test.folder().string() + "/counted-"));
    CHECK_THAT(error.what(), ContainsSubstring(": cannot be created: Not a directory"));
  }
}
