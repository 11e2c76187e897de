// What --profile found out, for people and for programs.
#ifndef CONVOY_COMMAND_PROFILE_REPORT_H
#define CONVOY_COMMAND_PROFILE_REPORT_H
#include "profile.h"

namespace convoy::command {

// What one core gives at best (peak.h); 0: not known.
struct Limits {
  double gflops = 0, copyGBs = 0;
};

// Of a run, the mean of all.
struct ProfileRow {
  std::string name, algorithm, location;
  double ms = 0, leastMs = 0, share = 0; // share: of the whole run, 0..1
  double calls = 0, units = 0;
  double multiplyAdds = 0, bytes = 0, touchedBytes = 0;
  double gflops = 0, percentOfPeak = 0, gbs = 0;
  double busy = 0;    // of the time of all threads, the part in which they worked: 0..1
  std::string advice; // a sentence, or nothing
};

// In the order in which the steps ran; what is between them is the last row, without a place or work.
std::vector<ProfileRow> profileRows(const Profile& profile, const Limits& limits);

std::string profileText(const Profile& profile, const Limits& limits);
std::string profileJson(const Profile& profile, const Limits& limits);
// The last run as Chrome's trace events: Perfetto and chrome://tracing open it.
std::string profileTrace(const Profile& profile);

} // namespace convoy::command
#endif
