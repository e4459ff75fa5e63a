#include <CLI/CLI.hpp>
#include <memory>

#include "hw-sim/cli/verbs.hpp"

// hw-sim: virtual racks and replayed devices for a bench, on loopback. Only this file includes CLI11: it costs ten seconds wherever it
// stands.
namespace hwsim::cli {
namespace {

template <class Options>
void add_snmp(CLI::App& verb, Options& options) {
  verb.add_option("--v3-file", options.v3_files,
                  "SNMPv3 users of all agents: user, auth {protocol, passphrase}, priv {protocol, passphrase}, or a list under users")
      ->allow_extra_args(false);  // one a time: the files behind it are recordings
  verb.add_option("--traps-to", options.traps_to, "HOST:PORT that traps and informs are sent to");
}

void add_run(CLI::App& verb, RunOptions& options) {
  verb.add_option("RACK", options.rack, "rack file (YAML): a holdup site file, with sim: for what only the simulator needs")->required();
  verb.add_option("--scenario", options.scenario, "scenario file whose timeline is played; its expectations are holdup drill's business");
  verb.add_option("--seed", options.seed, "of noise and faults; the scenario's unless told, else 0");
  verb.add_option("--speed", options.speed, "how many simulated seconds pass in one")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 1000.0));
  verb.add_option("--site", options.site, "write the rack file here with the URLs where the devices really listen");
  verb.add_option("--community", options.community, "community the SNMP agents answer to; others are ignored")->capture_default_str();
  add_snmp(verb, options);
  verb.add_option("--contacts", options.contacts, "write each edge of the contacts to this file, as it happens");
  verb.add_option("--models", options.models, "folder of the device tables (MODEL.yaml); the built-in ones unless told");
}

void add_replay(CLI::App& verb, ReplayOptions& options) {
  verb.add_option("FILE", options.files, ".snmprec (an SNMP v1/v2c agent) or .regs.txt (a Modbus TCP server); one device a file")
      ->required();
  verb.add_option("--listen", options.listen,
                  "ADDR:PORT of the first device, the next take successive ports; port 0: the kernel chooses each")
      ->capture_default_str();
  verb.add_option("--community", options.community, "community the SNMP agents answer to; others are ignored")->capture_default_str();
  add_snmp(verb, options);
  verb.add_option("--versions", options.versions, "SNMP versions that are answered: 1,2c,3 unless told; 3 takes --v3-file")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"1", "2c", "3"}));
  verb.add_option("--agents", options.agents,
                  "this many SNMP agents at successive addresses from --listen's, all on its port; the files in turn");
  verb.add_option("--unit", options.unit, "unit number the Modbus servers answer to; any unless told")->check(CLI::Range(0, 255));
  verb.add_flag("--serial", options.serial,
                "the .regs.txt files as units of one serial line (a pseudo terminal, Modbus RTU), numbered from --unit, else from 1");
  verb.add_option("--baud", options.baud, "of that line, 8 data bits, even parity")
      ->capture_default_str()
      ->check(CLI::Range(50, 4'000'000));
  verb.add_option("--link", options.link, "a symbolic link that leads to that line");
}

void add_record(CLI::App& verb, RecordOptions& options) {
  verb.add_option("URL", options.url, "snmp://HOST[:PORT], numeric")->required();
  verb.add_option("-o,--output", options.output, "the .snmprec file; stdout unless told");
  verb.add_option("--community", options.community, "of v1 and v2c; for a bench device")->capture_default_str();
  verb.add_option("--community-file", options.community_file, "its first line is the community; refused if others may read it");
  verb.add_option("--v3-file", options.v3_file, "the SNMPv3 user, as for replay; refused if others may read it");
  verb.add_option("--snmp-version", options.version, "1 or 2c; unless told 2c, and 1 where that gets no answer")
      ->check(CLI::IsMember({"1", "2c"}));
  verb.add_option("--from", options.from, "OID of the subtree that is walked")->capture_default_str();
  verb.add_option("--rate", options.rate, "requests a second at most")->capture_default_str()->check(CLI::Range(0.1, 10'000.0));
  verb.add_option("--repetitions", options.repetitions, "objects asked for at once by GETBULK")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  verb.add_option("--timeout", options.timeout, "seconds to wait for an answer")->capture_default_str()->check(CLI::Range(0.05, 60.0));
  verb.add_option("--retries", options.retries, "more tries after the first")->capture_default_str()->check(CLI::Range(0, 10));
  verb.add_option("--most-rows", options.most_rows, "rows of one column; a table that has more is taken for one without end")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000'000));
}

void add_ctl(CLI::App& verb, CtlOptions& options) {
  verb.add_option("--socket", options.socket, "the PATH that run or replay printed behind 'control'")->required();
  verb.add_option("COMMAND", options.words,
                  "such as: status · fail feed/A · restore feed/A · set cab1/psu1 fan=0.7 · fault device/pdu-a kind=silent")
      ->required();
  verb.footer(
      "Commands:\n"
      "  status                                what is live, and how many writes were seen\n"
      "  fail ELEMENT [phase=1] [for=300ms]    a feed, a PDU, an outlet, a supply, ups/u1, ups/u1/input, ats/t1, cab1/controller/1,\n"
      "                                        cab1/disk/3, cab1/cache, cab1/bbu1\n"
      "  restore ELEMENT                       undoes every fail and set of it\n"
      "  set feed/A volts=196 · set cab1 watts=1200 · set cab1/psu1 fan=0.7 · set pdu-a/outlet/3 state=off ·\n"
      "  set ups/u1 volts=190 · set ups/u1 charge=0.3 · set cab1/bbu1 charge=0.2\n"
      "  fault device/NAME kind=KIND [ms=] [ratio=]   silent slow lossy duplicate late wrong_id wrong_source truncated garbage "
      "frozen zeros reboot\n"
      "                                        SNMP: no_bulk non_increasing endless reshaping counter_wrap stale_cache warming trap_storm\n"
      "                                        Modbus: exception (code=) busy mbap_length protocol_id byte_count data_size (value=) drip\n"
      "                                        gaps merged bad_crc echo nan word_swapped saturated unplugged refused\n"
      "                                        connection_limit (value=) drop_idle\n"
      "  fault contact/NAME kind=KIND [ms=]    eft chatter welded broken\n"
      "  trap device/NAME oid=OID [OID=TYPE:VALUE]... [version=1|2c|3] [inform=true] [to=HOST:PORT]\n"
      "                                        TYPE: i u c C t a o s x n, as of snmptrap\n"
      "  clear device/NAME [kind=KIND]         ends one kind of fault, or all");
}

/// Collects the verbs of the program.
class Verbs {
 public:
  Verbs(CLI::App& program, int& exit_code) : program_{program}, exit_code_{exit_code} {}

  template <class Options>
  void add(const char* name, const char* text, int (*perform)(const Options&), void (*describe)(CLI::App&, Options&)) {
    auto options = std::make_shared<Options>();
    auto* verb = program_.add_subcommand(name, text);
    describe(*verb, *options);
    verb->callback([options, perform, &code = exit_code_] { code = perform(*options); });
  }

 private:
  CLI::App& program_;
  int& exit_code_;
};

int command_line(int argc, char** argv) {
  CLI::App program{"hw-sim: simulated power hardware on loopback. Serves recordings of real devices, or plays a whole rack."};
  program.require_subcommand(1);
  int exit_code = Exit::fine;
  Verbs verbs{program, exit_code};
  verbs.add("run", "play a rack in real time: its electricity and the devices that measure it, until SIGINT or SIGTERM", run, add_run);
  verbs.add("replay", "serve recordings as devices until SIGINT or SIGTERM", replay, add_replay);
  verbs.add("record", "walk a real device into a .snmprec file; only ever reads", record, add_record);
  verbs.add("ctl", "send one command to a running simulator and print its one line of JSON", ctl, add_ctl);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? Exit::fine : Exit::usage;
  }
  return exit_code;
}

}  // namespace
}  // namespace hwsim::cli

int main(int argc, char** argv) { return hwsim::cli::command_line(argc, argv); }
