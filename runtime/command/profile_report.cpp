#include "profile_report.h"

#include "text.h"

#include <algorithm>
#include <cinttypes>

namespace convoy::command {
namespace {

const convoy_step& nameOf(const Profile& profile, int32_t step) { return profile.names->steps[step]; }

// One sentence about what bounds a step, from what was measured; none for one that hardly counts.
std::string adviceOf(const ProfileRow& row, const ProfiledStep& step, int32_t threads, const Limits& limits) {
  constexpr double megabyte = 1e6;
  if (row.share < 0.02) return "";
  if (row.touchedBytes >= megabyte && row.touchedBytes >= 0.3 * row.bytes)
    return format("the system gives it %.0f MB of memory that is new: runs that follow have it already",
                  row.touchedBytes / megabyte);
  const double unitsOfCall = static_cast<double>(step.units) / static_cast<double>(step.calls);
  if (threads > 1 && step.parts <= step.calls)
    return unitsOfCall < 2 ? "its work is one piece: one thread does it"
                           : "its work is too little to share: one thread does it";
  if (threads > 1 && unitsOfCall < threads)
    return format("it has %.0f pieces of work for %d threads", unitsOfCall, threads);
  // How much longer the longest parts take than the mean.
  const double meanOfParts = static_cast<double>(step.busy) / static_cast<double>(step.parts);
  const double longest = static_cast<double>(step.longestParts) / static_cast<double>(step.calls);
  if (threads > 1 && longest > 1.3 * meanOfParts)
    return format("threads wait for the slowest, which takes %.1f times the mean", longest / meanOfParts);
  if (limits.copyGBs > 0 && row.bytes >= 4 * megabyte && row.gbs >= 0.6 * limits.copyGBs)
    return format("memory bounds it: a core copies %.1f GB/s", limits.copyGBs);
  if (row.percentOfPeak >= 60) return "multiply-adds bound it: it is near what the cores can do";
  if (row.percentOfPeak > 0 && row.percentOfPeak < 30 && row.gbs < 0.3 * limits.copyGBs)
    return "neither memory nor multiply-adds bound it";
  return "";
}

std::string cut(const std::string& text, size_t most) {
  return text.size() <= most ? text : text.substr(0, most - 2) + "..";
}

std::string plural(int64_t count, const char* what) {
  return format("%" PRId64 " %s%s", count, what, count == 1 ? "" : "s");
}

// Microseconds, as traces have them.
std::string event(const std::string& name, const char* category, const Span& span, int64_t zero,
                  const std::string& arguments) {
  return "  {\"name\": " + jsonString(name) +
         format(", \"cat\": \"%s\", \"ph\": \"X\", \"pid\": 1, \"tid\": %d, \"ts\": %.3f, \"dur\": %.3f",
                category, span.thread, static_cast<double>(span.begin - zero) / 1e3,
                static_cast<double>(span.length()) / 1e3) +
         (arguments.empty() ? "" : ", \"args\": {" + arguments + "}") + "},\n";
}

std::string named(const char* what, int32_t thread, const std::string& name) {
  return format("  {\"name\": \"%s\", \"ph\": \"M\", \"pid\": 1, \"tid\": %d, \"args\": {\"name\": ", what,
                thread) +
         jsonString(name) + "}},\n";
}

} // namespace

std::vector<ProfileRow> profileRows(const Profile& profile, const Limits& limits) {
  std::vector<ProfileRow> rows;
  const double runs = static_cast<double>(std::max<int64_t>(profile.runs, 1)),
               all = static_cast<double>(std::max<int64_t>(profile.nanoseconds, 1));
  int64_t rest = profile.nanoseconds;
  for (int32_t number : profile.order) {
    const ProfiledStep& step = profile.steps[static_cast<size_t>(number)];
    const convoy_step& name = nameOf(profile, number);
    const double nanoseconds = static_cast<double>(std::max<int64_t>(step.nanoseconds, 1));
    ProfileRow row;
    row.name = name.name, row.algorithm = name.algorithm, row.location = name.location;
    row.ms = nanoseconds / runs / 1e6, row.leastMs = static_cast<double>(step.least) / 1e6;
    row.share = nanoseconds / all;
    row.calls = static_cast<double>(step.calls) / runs, row.units = static_cast<double>(step.units) / runs;
    row.multiplyAdds = static_cast<double>(step.multiplyAdds) / runs;
    row.bytes = static_cast<double>(step.bytes) / runs;
    row.touchedBytes = static_cast<double>(step.touched);
    row.gflops = 2 * static_cast<double>(step.multiplyAdds) / nanoseconds;
    row.gbs = static_cast<double>(step.bytes) / nanoseconds;
    if (limits.gflops > 0) row.percentOfPeak = 100 * row.gflops / limits.gflops / profile.threads;
    row.busy = std::min(1.0, static_cast<double>(step.busy) / nanoseconds / profile.threads);
    row.advice = adviceOf(row, step, profile.threads, limits);
    rows.push_back(std::move(row));
    rest -= step.nanoseconds;
  }
  ProfileRow between;
  between.name = "between steps";
  between.ms = static_cast<double>(rest) / runs / 1e6, between.share = static_cast<double>(rest) / all;
  rows.push_back(std::move(between));
  return rows;
}

std::string profileText(const Profile& profile, const Limits& limits) {
  const std::vector<ProfileRow> rows = profileRows(profile, limits);
  constexpr size_t widest = 36;
  size_t width = 4;
  for (const ProfileRow& row : rows) width = std::max(width, std::min(widest, escaped(row.name).size()));
  std::string text = format("%s: %s on %s, %.3f ms each", escaped(profile.pipeline->name).c_str(),
                            plural(profile.runs, "run").c_str(), plural(profile.threads, "thread").c_str(),
                            static_cast<double>(profile.nanoseconds) /
                                static_cast<double>(std::max<int64_t>(profile.runs, 1)) / 1e6);
  if (limits.gflops > 0)
    text += format("; a core does at most %.0f GFLOP/s and copies %.1f GB/s", limits.gflops, limits.copyGBs);
  text += format("\n%-*s %10s %7s %8s %8s %9s %7s %6s  %s\n", static_cast<int>(width), "step", "ms", "share",
                 "GFLOP/s", "of peak", "MB", "GB/s", "busy", "");
  for (const ProfileRow& row : rows) {
    text += format("%-*s %10.4f %6.1f%%", static_cast<int>(width), cut(escaped(row.name), widest).c_str(),
                   row.ms, 100 * row.share);
    text += row.multiplyAdds > 0 ? format(" %8.1f", row.gflops) : format(" %8s", "");
    text += row.multiplyAdds > 0 && limits.gflops > 0 ? format(" %7.1f%%", row.percentOfPeak)
                                                      : format(" %8s", "");
    text += row.bytes > 0 ? format(" %9.2f %7.1f %5.0f%%", row.bytes / 1e6, row.gbs, 100 * row.busy)
                          : std::string(" ") + format("%9s %7s %6s", "", "", "");
    text += row.advice.empty() ? "" : "  " + row.advice;
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  }
  return text;
}

std::string profileJson(const Profile& profile, const Limits& limits) {
  const double runs = static_cast<double>(std::max<int64_t>(profile.runs, 1));
  std::string text = "{\"pipeline\": " + jsonString(profile.pipeline->name);
  text += format(", \"threads\": %d, \"runs\": %" PRId64
                 ", \"mean_ms\": %.6f, \"peak_gflops\": %.2f, \"copy_gbs\": %.2f,\n \"steps\": [\n",
                 profile.threads, profile.runs, static_cast<double>(profile.nanoseconds) / runs / 1e6,
                 limits.gflops, limits.copyGBs);
  const std::vector<ProfileRow> rows = profileRows(profile, limits);
  for (size_t i = 0; i < rows.size(); ++i) {
    const ProfileRow& row = rows[i];
    text += "  {\"name\": " + jsonString(row.name) + ", \"algorithm\": " + jsonString(row.algorithm) +
            ", \"location\": " + jsonString(row.location);
    text += format(", \"mean_ms\": %.6f, \"min_ms\": %.6f, \"share\": %.6f, \"calls\": %.3f, \"units\": %.3f",
                   row.ms, row.leastMs, row.share, row.calls, row.units);
    text += format(", \"macs\": %.0f, \"bytes\": %.0f, \"gflops\": %.3f, \"percent_of_peak\": %.3f",
                   row.multiplyAdds, row.bytes, row.gflops, row.percentOfPeak);
    text += format(", \"gbs\": %.3f, \"busy\": %.4f, \"touched_bytes\": %.0f, \"advice\": ", row.gbs,
                   row.busy, row.touchedBytes);
    text += jsonString(row.advice) + (i + 1 < rows.size() ? "},\n" : "}\n");
  }
  return text + " ]}\n";
}

std::string profileTrace(const Profile& profile) {
  const int64_t zero = profile.lastRun.begin;
  std::string text = "{\"displayTimeUnit\": \"ns\", \"traceEvents\": [\n";
  int32_t threads = 1;
  for (const ProfiledCall& call : profile.calls)
    for (const Span& part : call.parts) threads = std::max(threads, part.thread + 1);
  for (int32_t i = 0; i < threads; ++i)
    text += named("thread_name", i, i == 0 ? "calling thread" : "thread " + std::to_string(i));
  text += event(profile.pipeline->name, "run", profile.lastRun, zero, "");
  for (const ProfiledCall& call : profile.calls) {
    if (call.step < 0 || call.step >= profile.names->count) continue;
    const convoy_step& step = nameOf(profile, call.step);
    const std::string arguments =
        "\"algorithm\": " + jsonString(step.algorithm) + ", \"location\": " + jsonString(step.location);
    for (const Span& part : call.parts) text += event(step.name, "step", part, zero, arguments);
  }
  text += named("process_name", 0, profile.pipeline->name);
  text.resize(text.size() - 2); // no comma behind the last one
  return text + "\n]}\n";
}

} // namespace convoy::command
