#include "tests/differential/rule_writer.hpp"

namespace holdup::differential {

std::string RuleWriter::file() {
  std::string out = "groups:\n- name: g\n";
  if (!debian_ && choices_.in_hundred(10)) out += "  limit: " + std::to_string(1 + choices_.below(4)) + "\n";
  out += "  rules:\n";
  const auto rules = 1 + choices_.below(3);
  for (std::size_t i = 0; i < rules; ++i) out += rule(i);
  return out;
}

std::string RuleWriter::rule(std::size_t index) {
  std::string out = "  - alert: A" + std::to_string(index) + "\n    expr: '" + condition() + "'\n";
  if (choices_.in_hundred(40)) out += "    for: " + choices_.one_of({"1s", "300ms", "2500ms", "100ms"}) + "\n";
  if (!debian_ && choices_.in_hundred(25)) out += "    keep_firing_for: " + choices_.one_of({"1s", "500ms", "4s"}) + "\n";
  if (choices_.in_hundred(20))
    out += "    labels: {" + choices_.one_of({"severity: page", "x: \"{{ $labels.y }}\"", "v: \"{{ $value }}\""}) + "}\n";
  return out + (debian_ ? "    annotations: {v: '{{ printf \"%.8g\" $value }}'}\n" : "");
}

std::string RuleWriter::condition() {
  const int depth = static_cast<int>(1 + choices_.below(3));
  switch (choices_.below(8)) {
    case 7:
      return far_from_limit();
    case 6:
      return limited();
    case 0:
      return selector() + " " + choices_.one_of({">", "<", ">=", "<=", "==", "!="}) + " " + number();
    case 1:
      return number() + " " + choices_.one_of({">", "<", ">=", "<=", "==", "!="}) + " " + selector();
    case 2:
      return over_time(depth) + " " + choices_.one_of({">", "<", "!="}) + " " + scalar(1);
    case 3:
      return binary(depth);
    default:
      return vector(depth);
  }
}

/// A window that is looked at only where it may pass.
std::string RuleWriter::limited() {
  const auto function = choices_.one_of(
      {"rate", "increase", "delta", "irate", "changes", "resets", "avg_over_time", "min_over_time", "max_over_time", "last_over_time"});
  const auto limit = choices_.one_of({"0", "0.25", "0.5", "1", "2", "3", "4", "5", "7", "12", "25", "40", "90", "-1"});
  const auto op = choices_.one_of({" > ", " > ", " >= ", " < ", " <= ", " == ", " != "});
  auto out = choices_.in_hundred(60) ? of_rises(function, 0) : selector();
  if (choices_.in_hundred(25)) out = choices_.one_of({"-", "2 * ", "0.1 + ", "7 - ", "-0.5 * ", "1e300 * "}) + out;
  if (choices_.in_hundred(15)) out += choices_.one_of({" / 3", " - 0.1", " * 60", " / -10", " * 0"});
  if (choices_.in_hundred(15)) out = choices_.one_of({"max", "min", "max by (x)", "min by (y)"}) + " (" + out + ")";
  if (!debian_ && choices_.in_hundred(15)) out = choices_.one_of({"topk(1, ", "bottomk(2, ", "topk by (x) (1, "}) + out + ")";
  if (choices_.in_hundred(15)) out = "(" + out + choices_.one_of({" and ", " or ", " unless "}) + selector() + ")";
  if (choices_.in_hundred(20)) return limit + op + out;
  return out + op + limit + (choices_.in_hundred(20) ? " and " + selector() : "");
}

/// Series that are looked at only where what is made of several of them may pass.
std::string RuleWriter::far_from_limit() {
  const auto limit = choices_.one_of({"0.5", "1", "2", "3", "4", "6", "9", "15", "-1", "-4"});
  const auto compared = choices_.one_of({" > ", " > ", " >= ", " < ", " <= "});
  const auto name = choices_.one_of({"a", "b"}), by = choices_.one_of({"", " by (x)", " by (y)"});
  if (!debian_ && choices_.in_hundred(15))
    return choices_.one_of({"topk", "bottomk"}) + by + " (" + choices_.one_of({"1", "2", "3"}) + ", " + name + ")" + compared + limit;
  switch (choices_.below(5)) {
    case 4:
      return choices_.one_of({"avg", "avg", "min", "max"}) + "_over_time(" + name + "[" + window() + "])" + compared + limit;
    case 0:
      return choices_.one_of({"sum", "avg", "count", "sum"}) + by + " (" + name + ")" + compared + limit;
    case 1:
      return "a" + compared + choices_.one_of({"", "", "on(x, y) "}) + "b";
    case 2:
      return "absent(" + selector() + ") or " + choices_.one_of({"sum", "avg"}) + by + " (" + name + ")" + compared + limit;
    default:
      return "a" + choices_.one_of({" / ", " / ", " - ", " + ", " * "}) + choices_.one_of({"", "on(x, y) "}) + "b" + compared + limit;
  }
}

std::string RuleWriter::vector(int depth) {
  if (depth <= 0) return selector();
  switch (choices_.below(12)) {
    case 0:
      return selector();
    case 1:
      return "-" + vector(depth - 1);
    case 2:
    case 3:
      return over_time(depth);
    case 4:
    case 5:
      return aggregation(depth);
    case 6:
    case 7:
      return call(depth);
    case 8:
      return choices_.in_hundred(50) ? histogram(depth) : "absent(" + vector(depth - 1) + ")";
    default:
      return "(" + binary(depth) + ")";
  }
}

std::string RuleWriter::scalar(int depth) {
  switch (depth <= 0 ? 0 : choices_.below(9)) {
    case 4:
      return "scalar(" + vector(depth - 1) + ")";
    case 5:
      return "time()";
    case 6:
      return "(" + scalar(depth - 1) + choices_.one_of({" + ", " * ", " - ", " / ", " > bool "}) + scalar(depth - 1) + ")";
    case 7:
      return "-" + number();
    case 8:
      return "pi()";
    default:
      return number();
  }
}

std::string RuleWriter::number() { return choices_.one_of({"2", "0", "1", "3", "0.5", "1.5", "10", "Inf", "NaN", "1e3"}); }

std::string RuleWriter::selector() {
  const auto matchers =
      choices_.one_of({"", "{x=\"1\"}", "{x!=\"1\"}", "{x=~\"1|2\"}", "{y=\"a\"}", "{y!~\"b\"}", "{x=\"2\",y=\"a\"}", "{z=\"\"}"});
  // Without a name it would mean the alerts' own series, too, which the plain side does not keep.
  if (!debian_ && choices_.in_hundred(6))
    return choices_.one_of({"{__name__=~\"a|b\"}", "{__name__=~\"a|c_total\",x=\"1\"}", "{__name__!~\"ALERTS.*|holdup_.*\",x=\"1\"}"}) +
           offset();
  return choices_.one_of({"a", "b", "a", "b", "c_total", "one", "missing"}) + matchers + offset();
}

std::string RuleWriter::offset() { return choices_.in_hundred(12) ? " offset " + choices_.one_of({"1s", "400ms", "3s"}) : ""; }

std::string RuleWriter::window() {
  if (debian_) return choices_.one_of({"1050ms", "2050ms", "550ms", "4050ms", "150ms"});  // no sample lies on an edge, which 2.42 counts in
  return choices_.one_of({"1s", "2s", "500ms", "4s", "100ms", "10s"});
}

std::string RuleWriter::range(int depth) {
  if (depth > 0 && debian_ && choices_.in_hundred(15))
    return "(" + vector(depth - 1) + ")[" + choices_.one_of({"2050ms", "1050ms"}) + ":" + choices_.one_of({"500ms", "1s", "300ms"}) + "]" +
           offset();
  if (depth > 0 && !debian_ && choices_.in_hundred(15))
    return "(" + vector(depth - 1) + ")[" + choices_.one_of({"2s", "1s", "4s"}) + ":" + choices_.one_of({"500ms", "1s", "300ms"}) + "]" +
           offset();
  auto out = selector();
  const auto place = out.find(" offset");
  return out.insert(place == std::string::npos ? out.size() : place, "[" + window() + "]");
}

std::string RuleWriter::labels() { return choices_.one_of({"x", "y", "x,y", "", "z", "x,z"}); }

std::string RuleWriter::matching(bool may_group) {
  std::string out;
  switch (choices_.below(4)) {
    case 1:
      out = " on(" + labels() + ")";
      break;
    case 2:
      out = " ignoring(" + labels() + ")";
      break;
    default:
      return out;
  }
  if (may_group && choices_.in_hundred(50))
    out += choices_.one_of({" group_left", " group_right", " group_left()", " group_left(z)", " group_right(z)"});
  return out;
}

std::string RuleWriter::binary(int depth) {
  switch (choices_.below(6)) {
    case 0:
      return vector(depth - 1) + choices_.one_of({" and", " or", " unless"}) + matching(false) + " " + vector(depth - 1);
    case 1:
      return vector(depth - 1) + choices_.one_of({" + ", " - ", " * ", " / ", " % ", " ^ ", " > ", " < bool ", " == "}) + scalar(depth - 1);
    case 2:
      return scalar(depth - 1) + choices_.one_of({" + ", " - ", " * ", " / ", " < ", " >= bool ", " != "}) + vector(depth - 1);
    case 3:
      return vector(depth - 1) + choices_.one_of({" > bool", " == bool", " != bool"}) + matching(true) + " " + vector(depth - 1);
    default:
      return vector(depth - 1) + choices_.one_of({" +", " -", " *", " /", " >", " <", " ==", " !=", " %", " ^", " atan2"}) +
             matching(true) + " " + vector(depth - 1);
  }
}

std::string RuleWriter::aggregation(int depth) {
  const auto by = choices_.one_of({"", " by (x)", " without (x)", " by (y)", " by (x, y)", " without (y, x)", " by ()"});
  const auto operand = "(" + (depth > 1 && choices_.in_hundred(30) ? call(depth - 1) : vector(depth - 1)) + ")";
  switch (debian_ ? 1 + choices_.below(7) : choices_.below(8)) {  // of equal ones Prometheus takes any
    case 0:
      return choices_.one_of({"topk", "bottomk"}) + by + "(" + choices_.one_of({"1", "2", "0"}) + ", " + vector(depth - 1) + ")";
    case 1:
      return "quantile" + by + "(" + choices_.one_of({"0.5", "0.9", "0", "1"}) + ", " + vector(depth - 1) + ")";
    case 2:
      return "count_values" + by + "(\"v\", " + vector(depth - 1) + ")";
    default:
      if (debian_) return choices_.one_of({"sum", "count", "min", "max", "avg", "group"}) + by + operand;  // 2.42: stddev(Inf) is 0
      return choices_.one_of({"sum", "count", "min", "max", "avg", "group", "stddev", "stdvar"}) + by + operand;
  }
}

std::string RuleWriter::over_time(int depth) {
  switch (choices_.below(5)) {
    case 0:
      return "quantile_over_time(" + choices_.one_of({"0.5", "0", "0.9"}) + ", " + range(depth) + ")";
    case 1:
      return "predict_linear(" + range(depth) + ", " + scalar(depth - 1) + ")";
    case 2:
      return of_rises(choices_.one_of({"rate", "increase", "delta", "irate", "idelta", "deriv", "changes", "resets"}), depth);
    case 3:
      if (!debian_ && choices_.in_hundred(20))
        return choices_.one_of({"first_over_time", "mad_over_time", "ts_of_last_over_time", "ts_of_max_over_time"}) + "(" + range(depth) +
               ")";
      return choices_.one_of({"absent_over_time", "present_over_time", "last_over_time", "count_over_time"}) + "(" + range(depth) + ")";
    default:
      return choices_.one_of({"avg", "sum", "min", "max", "stddev", "stdvar", "last"}) + "_over_time(" + range(depth) + ")";
  }
}

/// What is near 0 is drawn out otherwise since Prometheus 3: no counter of ours is (sample_log.cpp).
std::string RuleWriter::of_rises(const std::string& function, int depth) {
  const bool draws_out = function == "rate" || function == "increase";
  return function + "(" + (debian_ && draws_out ? "c_total[" + window() + "]" : range(depth)) + ")";
}

std::string RuleWriter::call(int depth) {
  const auto operand = vector(depth - 1);
  switch (choices_.below(9)) {
    case 0:
      return "label_replace(" + operand + ", \"" + choices_.one_of({"z", "x", "y"}) + "\", \"" + choices_.one_of({"$1", "n$1", ""}) +
             "\", \"" + choices_.one_of({"x", "y"}) + "\", \"(1|2|a)\")";
    case 1:
      return "label_join(" + operand + ", \"" + choices_.one_of({"z", "x"}) + "\", \"-\", \"x\", \"y\")";
    case 2:
      return "clamp(" + operand + ", " + scalar(depth - 1) + ", " + scalar(depth - 1) + ")";
    case 3:
      return choices_.one_of({"clamp_min(", "clamp_max(", "round("}) + operand + ", " + scalar(depth - 1) + ")";
    case 4:
      return "timestamp(" + operand + ")";
    case 5:
      return choices_.one_of({"sort(", "sort_desc("}) + operand + ")";
    case 6:
      if (debian_) return "vector(1)";  // of infinities 2.42 makes years
      return choices_.one_of({"minute(", "hour(", "day_of_week(", "year("}) + operand + ")";
    case 7:
      return "vector(" + scalar(depth - 1) + ")";
    default:
      return choices_.one_of({"abs(", "ceil(", "floor(", "exp(", "ln(", "sqrt(", "sgn(", "sin(", "deg("}) + operand + ")";
  }
}

std::string RuleWriter::histogram(int depth) {
  const auto share = choices_.one_of({"0.5", "0.9", "0"});
  if (depth > 1 && choices_.in_hundred(60)) return "histogram_quantile(" + share + ", sum by (le, x) (rate(h_bucket[" + window() + "])))";
  return "histogram_quantile(" + share + ", h_bucket)";
}

}  // namespace holdup::differential
