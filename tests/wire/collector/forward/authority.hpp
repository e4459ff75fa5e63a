#pragma once

#include <string>

// A certificate authority that the openssl program makes in a folder of its own. For the wire tests of forwarding.
namespace holdup::forward::test {

class Authority {
 public:
  explicit Authority(const std::string& name);
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  struct Issued {
    std::string certificate_file, key_file;
  };
  /// `subject_names` as openssl writes them: "IP:127.0.0.1,DNS:localhost".
  [[nodiscard]] Issued issue(const std::string& name, const std::string& subject_names);
  [[nodiscard]] std::string file() const { return folder_ + "/ca.pem"; }

 private:
  std::string folder_;
};

[[nodiscard]] std::string text_of_file(const std::string& path);

}  // namespace holdup::forward::test
