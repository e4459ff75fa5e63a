#include "drivers/snmp/walk.hpp"

#include <deque>

#include "catch.hpp"

using namespace holdup::snmp;

namespace {

Oid oid(const char* text) { return *Oid::parse(text); }

/// A response whose varbinds keep their bytes.
class Made {
 public:
  Made& add(const char* name, std::uint8_t tag = tag::integer) {
    BerWriter writer;
    writer.oid(oid(name));
    writer.take(bytes_.emplace_back());
    static const std::vector<std::uint8_t> one{1};
    const Bytes content = tag == tag::integer ? Bytes{one} : Bytes{};
    response_.varbinds.push_back({Bytes{bytes_.back()}.subspan(2), {tag, content}});
    return *this;
  }
  Made& fail(ErrorStatus status, int index) {
    response_.status = status, response_.error_index = index;
    return *this;
  }
  [[nodiscard]] const Response& response() const { return response_; }

 private:
  std::deque<std::vector<std::uint8_t>> bytes_;
  Response response_;
};

}  // namespace

TEST_CASE("a walk goes on until each column has left its tree") {
  Walk walk{{oid("1.3.1"), oid("1.3.2")}};
  Answers answers;
  CHECK(walk.names(10) == std::vector{oid("1.3.1"), oid("1.3.2")});
  CHECK(walk.take(Made{}.add("1.3.1.1").add("1.3.2.1").add("1.3.1.2").add("1.3.2.2").response(), answers) == Walk::Step::advanced);
  CHECK(walk.names(10) == std::vector{oid("1.3.1.2"), oid("1.3.2.2")});
  CHECK(walk.take(Made{}.add("1.3.2.1").add("1.3.2.3").response(), answers) == Walk::Step::advanced);
  CHECK(walk.names(10) == std::vector{oid("1.3.2.3")});
  CHECK(walk.take(Made{}.add("1.3.2.3", tag::end_of_mib_view).response(), answers) == Walk::Step::advanced);
  CHECK(walk.done());
  CHECK(answers.size() == 5);
  CHECK(answers.rows(oid("1.3.2")).size() == 3);
}

TEST_CASE("an OID that does not increase stops the walk and is named") {
  Walk walk{{oid("1.3.1")}};
  Answers answers;
  (void)walk.names(10);
  CHECK(walk.take(Made{}.add("1.3.1.5").add("1.3.1.4").response(), answers) == Walk::Step::not_increasing);
  CHECK(walk.culprit() == oid("1.3.1"));
  Walk same{{oid("1.3.1")}};
  (void)same.names(10);
  CHECK(same.take(Made{}.add("1.3.1.5").add("1.3.1.5").response(), answers) == Walk::Step::not_increasing);
}

TEST_CASE("an empty answer leaves the walk stuck, and noSuchName ends one column") {
  Walk walk{{oid("1.3.1"), oid("1.3.2")}};
  Answers answers;
  (void)walk.names(10);
  CHECK(walk.take(Made{}.response(), answers) == Walk::Step::stuck);
  CHECK(walk.take(Made{}.fail(ErrorStatus::no_such_name, 1).response(), answers) == Walk::Step::advanced);
  CHECK(walk.names(10) == std::vector{oid("1.3.2")});
  CHECK(walk.take(Made{}.fail(ErrorStatus::no_such_name, 2).response(), answers) == Walk::Step::stuck);
}

TEST_CASE("an agent's error is no end of a column, until the walk gives it up") {
  Walk walk{{oid("1.3.1"), oid("1.3.2")}};
  Answers answers;
  (void)walk.names(1);
  for (const int index : {0, 1, 2}) CHECK(walk.take(Made{}.fail(ErrorStatus::general, index).response(), answers) == Walk::Step::refused);
  CHECK(walk.names(1) == std::vector{oid("1.3.1")});
  walk.give_up();
  CHECK(walk.names(1) == std::vector{oid("1.3.2")});
}

TEST_CASE("an answer with a value left out shifts the rest into other columns: nothing of it is taken") {
  Walk walk{{oid("1.3.1"), oid("1.3.2"), oid("1.3.3")}};
  Answers answers;
  (void)walk.names(10);
  Made shifted;
  for (const char* name : {"1.3.1.1", "1.3.2.1", "1.3.3.1", "1.3.1.2", "1.3.3.2", "1.3.1.3", "1.3.2.3"}) shifted.add(name);
  CHECK(walk.take(shifted.response(), answers) == Walk::Step::not_increasing);
  CHECK(answers.size() == 0);
  CHECK(walk.names(10).size() == 3);
}

TEST_CASE("an agent that starts over behind its last object ends the column that is asked alone") {
  Walk walk{{oid("1.3.2")}};
  Answers answers;
  (void)walk.names(1);
  CHECK(walk.take(Made{}.add("1.3.2.1").add("1.1.0").response(), answers) == Walk::Step::advanced);
  CHECK(walk.done());
  CHECK(answers.size() == 1);
}

TEST_CASE("holes are cells whose row a column beside it has") {
  Answers answers;
  for (const char* cell : {"1.3.7.1.1", "1.3.7.1.2", "1.3.7.1.3", "1.3.7.2.1", "1.3.7.2.3", "1.3.8.1.9"})
    answers.put(oid(cell), {.kind = Value::Kind::number});
  const std::vector columns{oid("1.3.7.1"), oid("1.3.7.2"), oid("1.3.7.4"), oid("1.3.8.1")};
  CHECK(holes(columns, answers) == std::vector{oid("1.3.7.2.2")});
}
