#include "collector/serve/catalogue.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <utility>
#include <variant>

#include "collector/rules/parser.hpp"
#include "collector/serve/selection.hpp"
#include "ground/json_writer.hpp"

namespace holdup::serve {
namespace {

using ground::JsonWriter;
using rules::Labels;

constexpr std::size_t looked_up_at_once = 512;  // series, between two looks at the clock

constexpr ground::Utc latest{std::chrono::seconds{9'000'000'000}};  // that a query may name

const Answer timeout = query_error(503, "timeout", "the query took too long");

/// A selector without a window, or what is wrong with the text.
std::variant<rules::Selector, Answer> selector_of(const std::string& match) {
  const auto wrong = [&](const std::string& what) { return query_error(400, "bad_data", "invalid parameter \"match[]\": " + what); };
  auto parsed = rules::parse(match);
  if (const auto* error = std::get_if<rules::ExpressionError>(&parsed)) return wrong(error->text());
  auto& expression = std::get<rules::Expression>(parsed);
  auto* selector = std::get_if<rules::Selector>(&expression.node);
  const bool plain = selector != nullptr && selector->range == ground::Duration{} && selector->view.fixed == rules::View::Fixed::no &&
                     selector->view.offset == ground::Duration{};
  if (!plain) return wrong("\"" + match + "\" is no plain selector: write metric{label=\"value\"}");
  return std::move(*selector);
}

/// Each series once, by its labels.
class Catalogue {
 public:
  Catalogue(const CatalogueQuery& query, store::Reader& reader, const OutOfTime& out_of_time)
      : query_{query}, reader_{reader}, out_of_time_{out_of_time} {}

  /// What went wrong; nothing when all is read.
  std::optional<Answer> read() {
    if (query_.matches.empty()) return add(rules::Selector{});
    for (const auto& match : query_.matches) {
      auto selector = selector_of(match);
      if (auto* wrong = std::get_if<Answer>(&selector)) return std::move(*wrong);
      if (auto failure = add(std::get<rules::Selector>(selector))) return failure;
    }
    return std::nullopt;
  }
  [[nodiscard]] const std::set<Labels>& all() const { return all_; }

 private:
  std::optional<Answer> add(const rules::Selector& selector) {
    auto found = select(reader_, selector);
    if (!found) return query_error(503, "internal", found.error().what);
    for (std::size_t i = 0; i < found->size(); i += looked_up_at_once) {
      if (out_of_time_()) return timeout;
      const auto some = std::span{*found}.subspan(i, std::min(looked_up_at_once, found->size() - i));
      if (auto failure = add(some)) return failure;
    }
    return std::nullopt;
  }

  std::optional<Answer> add(std::span<Selected> some) {
    std::vector<std::optional<store::Point>> newest;
    if (query_.from || query_.to) {
      std::vector<std::int64_t> rows;
      for (const auto& one : some) rows.push_back(one.row);
      const auto to = query_.to.value_or(latest), from = std::max(query_.from.value_or(ground::Utc{}), ground::Utc{});
      auto points = reader_.instant(rows, to, to - from + ground::Duration{1});
      if (!points) return query_error(503, "internal", points.error().what);
      newest = std::move(*points);
    }
    for (std::size_t i = 0; i < some.size(); ++i)
      if (newest.empty() || newest[i]) all_.insert(std::move(some[i].labels));
    return std::nullopt;
  }

  const CatalogueQuery& query_;
  store::Reader& reader_;
  const OutOfTime& out_of_time_;
  std::set<Labels> all_;
};

/// {"status":"success","data":[…]}, of which at most `limit` are told.
template <class Item, class Write>
Answer list_answer(const std::set<Item>& items, std::size_t limit, Write write) {
  JsonWriter out;
  out.begin_object().field("status", "success").key("data").begin_array();
  std::size_t told = 0;
  for (const auto& item : items) {
    if (limit > 0 && told == limit) break;
    write(out, item), ++told;
  }
  out.end_array();
  if (told < items.size()) out.key("warnings").begin_array().value("results truncated due to limit").end_array();
  return {.body = out.end_object().take()};
}

void write_labels(JsonWriter& out, const Labels& labels) {
  out.begin_object();
  for (const auto& [name, value] : labels.all()) out.field(name, value);
  out.end_object();
}

}  // namespace

Answer answer(const CatalogueQuery& query, store::Reader& reader, const OutOfTime& out_of_time) {
  Catalogue catalogue{query, reader, out_of_time};
  if (auto failure = catalogue.read()) return std::move(*failure);
  if (query.kind == CatalogueQuery::Kind::series) return list_answer(catalogue.all(), query.limit, write_labels);
  std::set<std::string> words;
  for (const auto& labels : catalogue.all())
    for (const auto& [name, value] : labels.all())
      if (query.kind == CatalogueQuery::Kind::names)
        words.insert(name);
      else if (name == query.label)
        words.insert(value);
  return list_answer(words, query.limit, [](JsonWriter& out, const std::string& word) { out.value(word); });
}

}  // namespace holdup::serve
