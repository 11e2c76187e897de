// How elaboration came to a place, and how much it may do.
#include "sema/elaborator.h"

namespace convoy::sema {

Place Elaborator::here(Location location) const { return {location, frame_->loopText(), frame_->site}; }

void Elaborator::explain(size_t since) {
  size_t count = diags_.all().size();
  std::string loops = frame_->loopText();
  for (size_t i = std::max(since, frame_->explained); i < count && !loops.empty(); ++i)
    DiagnosticBuilder(diags_.all()[i].get())
        .note(loops.substr(2) + (frame_->site ? " in " + frame_->description : ""));
  frame_->explained = count;
}

void Elaborator::explainCall(size_t since, const CallSite& site) {
  size_t count = diags_.all().size();
  for (size_t i = since; i < count; ++i)
    DiagnosticBuilder(diags_.all()[i].get()).label(site.location, site.text);
  frame_->explained = count; // the text has the loops
}

bool Elaborator::stop(DiagnosticBuilder report) {
  stopped_ = true;
  return false;
}

bool Elaborator::charge(int64_t work, Location location) {
  if (stopped_) return false;
  constexpr int64_t most = ElaborationLimits::steps;
  if (work <= most && (work_ += work) <= most) return true;
  return stop(diags_.report(diag::TooManySteps, location, most)
                  .help("a loop or a call repeats too often; every expression of every turn is a step"));
}

} // namespace convoy::sema
