#include "ground/json_writer.hpp"

#include <limits>

#include "catch.hpp"

using holdup::ground::JsonWriter;

TEST_CASE("JSON nests and separates") {
  JsonWriter out;
  out.begin_object()
      .field("a", 1)
      .key("b")
      .begin_array()
      .value(4.9)
      .value(230.0)
      .null()
      .value(true)
      .begin_object()
      .end_object()
      .end_array()
      .field("c", "x")
      .end_object();
  CHECK(out.text() == R"({"a":1,"b":[4.9,230,null,true,{}],"c":"x"})");
}

TEST_CASE("JSON escapes what could harm a reader") {
  JsonWriter out;
  out.begin_array().value("a\"b\\c\x1b[0m\xff\xc3\xa9").value(std::numeric_limits<double>::quiet_NaN()).end_array();
  CHECK(out.text() == "[\"a\\\"b\\\\c\\u001b[0m\xEF\xBF\xBD\xc3\xa9\",null]");
}

TEST_CASE("JSON on a terminal moves no cursor and turns no line round") {
  JsonWriter out;
  out.value("\xe2\x80\xae|\xc2\x9b|\xe2\x81\xa6|\x7f|\n");
  CHECK(out.text() == R"("\u202e|\u009b|\u2066|\u007f|\u000a")");
}
