#include "sparseann/pipeline/run_directory.hpp"

#include <fstream>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

TEST_CASE("a finished stage is not run again, an unfinished one is") {
  const test::TemporaryDirectory directory;
  int first = 0;
  int second = 0;
  {
    RunDirectory run(directory.path() / "run", {{"seed", 1}}, {{"a", 1}});
    run.stage("first", [&] { ++first; });
    CHECK_THROWS(run.stage("second", [&] {
      ++second;
      throw std::runtime_error("interrupted");
    }));
  }
  RunDirectory run(directory.path() / "run", {{"seed", 1}}, {{"a", 1}});
  CHECK(run.done("first"));
  CHECK_FALSE(run.done("second"));
  run.stage("first", [&] { ++first; });
  run.stage("second", [&] { ++second; });
  CHECK(first == 1);
  CHECK(second == 2);
  REQUIRE(run.stage_times().size() == 2);
  CHECK(run.stage_times()[1].stage == "second");
}

TEST_CASE("a changed option is an error that names it, the recorded and the new value") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "run";
  {
    const RunDirectory run(path, {}, {{"training", {{"iterations", 500}, {"batch", 4}}}});
  }
  CHECK_THROWS_WITH(RunDirectory(path, {}, {{"training", {{"iterations", 600}, {"batch", 4}}}}),
                    "training.iterations: expected 500 as in " + (path / "run.json").string() + ", got 600");
  CHECK_NOTHROW(RunDirectory(path, {}, {{"training", {{"iterations", 500}, {"batch", 4}}}}));
}

TEST_CASE("a second holder and a folder with something else in it are refused") {
  const test::TemporaryDirectory directory;
  const RunDirectory run(directory.path() / "run", {}, {});
  CHECK_THROWS_AS(RunDirectory(directory.path() / "run", {}, {}), IoError);

  std::filesystem::create_directories(directory.path() / "other");
  std::ofstream(directory.path() / "other" / "thesis.tex") << "precious";
  CHECK_THROWS_WITH(RunDirectory(directory.path() / "other", {}, {}),
                    (directory.path() / "other").string() +
                        ": expected an empty folder or an earlier run (with run.json), got 'thesis.tex' in it");
}

TEST_CASE("an event that a full disk cut in two is dropped before the run goes on") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "run";
  RunDirectory(path, {}, {}).log({{"loss", 0.5}});
  std::ofstream(path / "log.jsonl", std::ios::app) << R"({"loss":0.)";
  RunDirectory(path, {}, {}).log({{"loss", 0.25}});
  CHECK(read_file(path / "log.jsonl") == "{\"loss\":0.5}\n{\"loss\":0.25}\n");
  std::ofstream(path / "log.jsonl", std::ios::trunc) << "{";
  RunDirectory(path, {}, {}).log({{"loss", 0.125}});
  CHECK(read_file(path / "log.jsonl") == "{\"loss\":0.125}\n");
}

TEST_CASE("events become lines of JSON") {
  const test::TemporaryDirectory directory;
  RunDirectory run(directory.path() / "run", {}, {});
  run.log({{"stage", "3d"}, {"loss", 0.5}});
  run.log({{"stage", "3d"}, {"loss", 0.25}});
  std::ifstream in(directory.path() / "run" / "log.jsonl");
  std::string line;
  std::getline(in, line);
  std::getline(in, line);
  CHECK(nlohmann::json::parse(line)["loss"] == 0.25);
}

TEST_CASE("files that a killed run left unfinished are removed, and nothing of a folder that is not a run") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "run";
  {
    const RunDirectory run(path, {}, {});
  }
  std::filesystem::create_directories(path / "base");
  std::ofstream(path / "base" / ".checkpoint.pt.17-0.tmp") << "half";
  {
    const RunDirectory run(path, {}, {});
  }
  CHECK_FALSE(std::filesystem::exists(path / "base" / ".checkpoint.pt.17-0.tmp"));

  std::filesystem::create_directories(directory.path() / "hidden" / ".cache");
  std::ofstream(directory.path() / "hidden" / ".cache" / ".mine.17-0.tmp") << "precious";
  {
    const RunDirectory run(directory.path() / "hidden", {}, {});
  }
  CHECK(std::filesystem::exists(directory.path() / "hidden" / ".cache" / ".mine.17-0.tmp"));
}
