#include "authority.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace holdup::forward::test {
namespace {

void run(const std::string& command) {
  if (std::system((command + " >/dev/null 2>&1").c_str()) != 0) throw std::runtime_error{"failed: " + command};
}

}  // namespace

Authority::Authority(const std::string& name) {
  std::string pattern = (std::filesystem::temp_directory_path() / "holdup-authority-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no folder"};
  folder_ = pattern;
  run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj '/CN=" + name + "' -keyout " + folder_ +
      "/ca.key -out " + file());
}

Authority::~Authority() { std::filesystem::remove_all(folder_); }

Authority::Issued Authority::issue(const std::string& name, const std::string& subject_names) {
  const std::string stem = folder_ + "/" + name;
  std::ofstream{stem + ".ext"} << "subjectAltName=" << subject_names << "\n";
  run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=" + name + "' -keyout " + stem + ".key -out " + stem +
      ".csr");
  run("openssl x509 -req -in " + stem + ".csr -CA " + file() + " -CAkey " + folder_ + "/ca.key -CAcreateserial -days 30 -extfile " + stem +
      ".ext -out " + stem + ".pem");
  return {.certificate_file = stem + ".pem", .key_file = stem + ".key"};
}

std::string text_of_file(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace holdup::forward::test
