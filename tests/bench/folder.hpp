#pragma once

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

// A folder of a bench's own, gone with this object unless something went wrong in it.
namespace holdup::bench {

class Folder {
 public:
  Folder() : Folder{std::filesystem::temp_directory_path().string()} {}
  explicit Folder(const std::string& within) : path_{within + "/bench-XXXXXX"} {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error{"cannot make " + path_};
  }
  ~Folder() {
    std::error_code ignored;
    if (std::uncaught_exceptions() == 0) std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  /// The path of a file that now holds this text, for us alone to read.
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream{file(name)} << text;
    std::filesystem::permissions(file(name), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return file(name);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in{file(name)};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

 private:
  std::string path_;
};

}  // namespace holdup::bench
