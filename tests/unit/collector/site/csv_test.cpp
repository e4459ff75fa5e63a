#include "collector/site/csv.hpp"

#include "catch.hpp"

using namespace holdup;

namespace {

using Rows = std::vector<std::vector<std::string>>;

struct Read {
  Rows rows;
  std::vector<int> lines;
  std::vector<std::string> problems;
};

Read read(std::string_view text) {
  ground::Problems problems;
  Read out;
  for (auto& row : site::parse_csv(text, "s.csv", problems)) out.rows.push_back(row.fields), out.lines.push_back(row.line);
  for (const auto& problem : problems.all()) out.problems.push_back(problem.text());
  return out;
}

}  // namespace

TEST_CASE("a sheet is read with commas, semicolons or tabs, and any line end") {
  const Rows should{{"a", "b"}, {"1", "2"}};
  for (const char* text :
       {"a,b\n1,2\n", "a;b\r\n1;2\r\n", "a\tb\r1\t2", "a,b\n1,2",
        "\xEF\xBB\xBF"
        "a,b\n1,2\n",
        "sep=;\na;b\n1;2\n", "# from the DCIM\na,b\n\n  ,\n1,2\n\n", " a , b \n 1,2 \n", "\"a\",\"b\"\n\"1\" , \"2\"\n"}) {
    INFO(text);
    const auto got = read(text);
    CHECK(got.rows == should);
    CHECK(got.problems.empty());
  }
}

TEST_CASE("a quoted field may hold separators, quotes and line ends") {
  const auto got = read("a,b\n\"x, \"\"y\"\"\",\"two\nlines\"\nc,d\n");
  CHECK(got.rows == Rows{{"a", "b"}, {"x, \"y\"", "two\nlines"}, {"c", "d"}});
  CHECK(got.lines == std::vector{1, 2, 4});
}

TEST_CASE("semicolons win where decimal commas are about, and separators in quotes do not count") {
  CHECK(read("a;b;c\n1,5;2,5;3\n").rows == Rows{{"a", "b", "c"}, {"1,5", "2,5", "3"}});
  CHECK(read("\"a,b,c\";d\n1;2\n").rows == Rows{{"a,b,c", "d"}, {"1", "2"}});
}

TEST_CASE("quotes out of place are named with their line, and the other rows are read") {
  const auto behind = read("a,b\n\"x\"y,2\n3,4\n");
  CHECK(behind.rows == Rows{{"a", "b"}, {"3", "4"}});
  CHECK(behind.problems == std::vector<std::string>{"s.csv:2: text behind a closing quote; double a quote that belongs to the text"});
  const auto open = read("a,b\n1,2\n\"x,4\n5,6\n");
  CHECK(open.rows == Rows{{"a", "b"}, {"1", "2"}});
  CHECK(open.problems == std::vector<std::string>{"s.csv:3: a quote is not closed; close it, or double a quote that belongs to the text"});
  CHECK(read("a,19\" rack\n1,2\n").rows == Rows{{"a", "19\" rack"}, {"1", "2"}});
}

TEST_CASE("what is no sheet is refused without harm") {
  CHECK(read("").rows.empty());
  CHECK(read("\xFF\xFE"
             "a")
            .problems.size() == 1);
  CHECK(read(std::string_view{"a\0b", 3}).problems.size() == 1);
  CHECK(read("\"").problems.size() == 1);
  CHECK(read("sep=").rows == Rows{{"sep="}});
  CHECK(read("\r\r\n\n").rows.empty());
}
