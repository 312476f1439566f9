#include "structure/source_tree.hpp"

#include <iterator>

#include "sparseann/version.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace structure;

namespace {

using Complaints = std::vector<std::string>;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::string join(const Complaints& complaints) {
  std::string text;
  for (const std::string& complaint : complaints)
    text += complaint + '\n';
  return text;
}

} // namespace

TEST_CASE("headers include only folders above their own, and LibTorch in tensor/ alone") {
  CHECK(join(wrong_includes(SPARSEANN_SOURCE_DIR)) == "");
}

TEST_CASE("every header has a test file that includes it first") {
  CHECK(join(untested_headers(SPARSEANN_SOURCE_DIR)) == "");
}

TEST_CASE("the citation and the changelog have the library's version") {
  const fs::path root = SPARSEANN_SOURCE_DIR;
  CHECK_THAT(text_of(root / "CITATION.cff"), ContainsSubstring("\nversion: " + std::string(sparseann::version) + "\n"));
  CHECK_THAT(text_of(root / "CHANGELOG.md"), ContainsSubstring("\n## " + std::string(sparseann::version) + " "));
}

TEST_CASE("a wrong include is found") {
  const sparseann::test::TemporaryDirectory directory;
  const fs::path include = directory.path() / "include" / "sparseann";
  write(include / "core" / "good.hpp", "#include <vector>\n#include \"sparseann/core/other.hpp\"\n");
  write(include / "core" / "bad.hpp", "  #include \"sparseann/io/file.hpp\"\n");
  write(include / "metric" / "bad.hpp", "#include \"sparseann/data/cohort.hpp\"\n");
  write(include / "annotate" / "good.hpp", "#include \"sparseann/select/selector.hpp\"\n");
  write(include / "annotate" / "bad.hpp", "#include <torch/torch.h>\n");
  write(include / "tensor" / "torch.hpp", "#include <torch/torch.h>\n");
  write(include / "report" / "good.hpp", "#include \"sparseann/version.hpp\"\n#include \"sparseann/core/good.hpp\"\n");
  CHECK(wrong_includes(directory.path()) == Complaints{"annotate/bad.hpp includes LibTorch: torch/torch.h",
                                                       "core/bad.hpp includes sparseann/io/file.hpp",
                                                       "metric/bad.hpp includes sparseann/data/cohort.hpp"});
}

TEST_CASE("a folder that the order does not know is an error") {
  const sparseann::test::TemporaryDirectory directory;
  write(directory.path() / "include" / "sparseann" / "utilities" / "all.hpp", "");
  CHECK_THROWS_WITH(wrong_includes(directory.path()),
                    "folder 'utilities': expected one of the folders of include/sparseann");
}

TEST_CASE("a missing and a careless test file are found") {
  const sparseann::test::TemporaryDirectory directory;
  const fs::path root = directory.path();
  for (const char* const name : {"good.hpp", "missing.hpp", "careless.hpp"})
    write(root / "include" / "sparseann" / "core" / name, "");
  write(root / "tests" / "core" / "good.cpp", "#include \"sparseann/core/good.hpp\"\n#include <vector>\n");
  write(root / "tests" / "core" / "careless.cpp", "#include <vector>\n#include \"sparseann/core/careless.hpp\"\n");
  CHECK(untested_headers(root) ==
        Complaints{"core/careless.hpp is not what its test file includes first", "core/missing.hpp has no test file"});
}
