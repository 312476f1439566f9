#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "sparseann/core/progress.hpp"
#include "support/catch.hpp"

namespace sparseann::test {

/// Every step that pieces of work tell: the clock moves on so far with each look that none is left out.
class RecordedProgress {
public:
  struct Piece {
    std::string name;
    std::size_t total = 0;
    std::size_t done = 0; ///< after its last step
    std::size_t steps = 0;
    bool is_finished = false;
  };

  [[nodiscard]] Progress progress() {
    return {out_, false, [this] { return now_ += std::chrono::seconds(10); }};
  }

  /// In the order of their first line. Within a piece, steps never go back.
  [[nodiscard]] std::vector<Piece> pieces() const {
    std::vector<Piece> pieces;
    std::istringstream lines(out_.str());
    for (std::string line; std::getline(lines, line);) {
      const std::size_t end = line.find(": done in ");
      if (end != std::string::npos)
        open_piece(pieces, line.substr(0, end)).is_finished = true;
      else
        record_step(pieces, line);
    }
    return pieces;
  }

private:
  /// The piece of that name that goes on, or a new one.
  static Piece& open_piece(std::vector<Piece>& pieces, const std::string& name) {
    for (Piece& piece : pieces)
      if (piece.name == name && !piece.is_finished)
        return piece;
    return pieces.emplace_back(Piece{.name = name});
  }

  /// "name 3/8  38 %, ...".
  static void record_step(std::vector<Piece>& pieces, const std::string& line) {
    const std::size_t slash = line.find('/');
    const std::size_t blank = line.rfind(' ', slash);
    REQUIRE(blank != std::string::npos);
    Piece& piece = open_piece(pieces, line.substr(0, blank));
    const std::size_t done = std::stoul(line.substr(blank + 1));
    CHECK(done >= piece.done);
    piece.done = done;
    piece.total = std::stoul(line.substr(slash + 1));
    ++piece.steps;
  }

  std::ostringstream out_;
  Progress::Clock::time_point now_;
};

/// Checks that the pieces have these names, and that each tells several steps that end at what it announced.
inline void check_pieces(const RecordedProgress& recorded, const std::vector<std::string>& names) {
  std::vector<std::string> found;
  for (const RecordedProgress::Piece& piece : recorded.pieces()) {
    CAPTURE(piece.name);
    found.push_back(piece.name);
    CHECK(piece.steps > 1);
    CHECK(piece.done == piece.total);
    CHECK(piece.is_finished);
  }
  CHECK(found == names);
}

} // namespace sparseann::test
