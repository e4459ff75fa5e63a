#pragma once

#include <string>

// What goes back to an HTTP client. Made by routes and queries, sent by Connection.
namespace holdup::serve {

struct Answer {
  unsigned status = 200;
  std::string type = "application/json";
  std::string body;
  std::string allow;  // with 405: the methods that are meant
};

}  // namespace holdup::serve
