#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <hdf5.h>

#include <fmt/format.h>

#include "sparseann/core/io_error.hpp"

namespace sparseann {

/// While one lives, its thread alone uses HDF5, which keeps state of the whole process, and HDF5 prints no errors.
/// Handles must be closed before it ends.
class Hdf5Session {
public:
  Hdf5Session() : lock_(mutex()) {
    H5Eget_auto2(H5E_DEFAULT, &printer_, &printer_data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  Hdf5Session(const Hdf5Session&) = delete;
  Hdf5Session& operator=(const Hdf5Session&) = delete;
  ~Hdf5Session() { H5Eset_auto2(H5E_DEFAULT, printer_, printer_data_); }

private:
  [[nodiscard]] static std::mutex& mutex() {
    static std::mutex instance;
    return instance;
  }

  std::scoped_lock<std::mutex> lock_;
  H5E_auto2_t printer_ = nullptr;
  void* printer_data_ = nullptr;
};

/// What HDF5 said when the last of its functions failed, put after `what`.
[[nodiscard]] inline IoError hdf5_error(const std::filesystem::path& path, std::string_view what) {
  std::string reason;
  const auto take_first = [](unsigned, const H5E_error2_t* error, void* out) -> herr_t {
    auto& text = *static_cast<std::string*>(out);
    if (text.empty() && error->desc != nullptr)
      text = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, &reason); // from the place of the failure to the function called
  return {path, reason.empty() ? std::string(what) : fmt::format("{} (HDF5: {})", what, reason)};
}

/// Owns what HDF5 identifies by a number.
class Hdf5Handle {
public:
  using Close = herr_t (*)(hid_t);

  /// Throws: IoError saying `what` where HDF5 returned no identifier.
  Hdf5Handle(hid_t id, Close close, const std::filesystem::path& path, std::string_view what) : id_(id), close_(close) {
    if (id_ < 0)
      throw hdf5_error(path, what);
  }
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, hid_t{-1})), close_(other.close_) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Hdf5Handle() {
    if (id_ >= 0)
      close_(id_);
  }

  [[nodiscard]] hid_t get() const noexcept { return id_; }

private:
  hid_t id_;
  Close close_;
};

} // namespace sparseann
