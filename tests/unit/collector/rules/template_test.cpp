#include "collector/rules/template.hpp"

#include <limits>
#include <string>

#include "catch.hpp"

using namespace holdup;
using namespace holdup::rules;

namespace {

std::string expanded(std::string_view text, double value) {
  const auto made = Template::parse(text);
  return made ? made->expand(Labels{{{"supply", "psu1"}, {"rack", "r12"}}}, value) : made.error().what;
}

}  // namespace

TEST_CASE("templates print labels and values") {
  CHECK(expanded("plain { text }", 1) == "plain { text }");
  CHECK(expanded("{{ $labels.supply }}/{{$labels.rack}} at {{ $value }}", 4.9) == "psu1/r12 at 4.9");
  CHECK(expanded("{{ .Labels.supply }} {{ .Value }}", 230) == "psu1 230");
  CHECK(expanded("[{{ $labels.missing }}]", 1) == "[]");
  CHECK(expanded("{{ $value | humanize }}B {{ humanize $value }}", 1234.5) == "1.234kB 1.234k");
  CHECK(expanded("{{ $value | humanize }}", 0.0123) == "12.3m");
  CHECK(expanded("{{ printf \"%.2f\" $value }} {{ $value | printf \"%.0f %%\" }}", 99.456) == "99.46 99 %");
  CHECK(expanded("{{ printf \"is %s!\" $labels.supply }}", 1) == "is psu1!");
  CHECK(expanded("{{ printf \"%g|\" $value }}{{ printf \"%e\" $value }}", 0.5) == "0.5|5.000000e-01");
}

TEST_CASE("numbers look as Go prints them") {
  CHECK(plain_number(100000) == "100000");
  CHECK(plain_number(1234567) == "1.234567e+06");
  CHECK(plain_number(0.0001) == "0.0001");
  CHECK(plain_number(0.00001) == "1e-05");
  CHECK(plain_number(-std::numeric_limits<double>::infinity()) == "-Inf");
  CHECK(humanized(0) == "0");
  CHECK(humanized(999) == "999");
  CHECK(humanized(-2.5e6) == "-2.5M");
  CHECK(humanized(std::numeric_limits<double>::quiet_NaN()) == "NaN");
  CHECK(formatted(std::numeric_limits<double>::max(), {.verb = 'f', .precision = 30}).size() == 340);
}

TEST_CASE("a label's value is never read as a template") {
  const auto made = Template::parse("{{ $labels.name }}");
  REQUIRE(made);
  CHECK(made->expand(Labels{{{"name", "{{ $value }}"}}}, 7) == "{{ $value }}");
}

TEST_CASE("other template constructs are refused by name") {
  const std::string known = "; known are $labels.NAME, $value, humanize and printf";
  CHECK(expanded("{{ range query \"up\" }}x{{ end }}", 1) == "not supported in a template: range in '{{ range query \"up\" }}'" + known);
  CHECK(expanded("{{ $labels }}", 1) == "not supported in a template: $labels in '{{ $labels }}'" + known);
  CHECK(expanded("{{ $value | humanizeDuration }}", 1) ==
        "not supported in a template: humanizeDuration in '{{ $value | humanizeDuration }}'" + known);
  CHECK(expanded("{{ printf \"%d\" $value }}", 1) == "not supported in a template: printf's '%d' in '{{ printf \"%d\" $value }}'" + known);
  CHECK(expanded("{{ printf \"%.99f\" $value }}", 1) ==
        "not supported in a template: printf's '%.99f' in '{{ printf \"%.99f\" $value }}'" + known);
  CHECK(expanded("{{ printf \"%s\" $value }}", 1) == "not supported in a template: printf's '%s' in '{{ printf \"%s\" $value }}'" + known);
  CHECK(expanded("{{}}", 1) == "not supported in a template: nothing in '{{}}'" + known);
  CHECK(expanded("{{ $value", 1) == "'{{' has no '}}'");
  CHECK(expanded("{{ printf \"%f $value }}", 1) == "a quote stays open in '{{ printf \"%f $value }}'");
  CHECK(expanded(std::string(20'000, 'x'), 1) == "a template is longer than 16 KiB");
}
