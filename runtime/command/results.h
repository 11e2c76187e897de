// Results as text.
#ifndef CONVOY_COMMAND_RESULTS_H
#define CONVOY_COMMAND_RESULTS_H
#include "buffer.h"

#include <string>

namespace convoy::command {

// A line: the values of a small tensor, else minimum, maximum and mean.
std::string summary(const convoy_port& port, const Tensor& tensor);

// The names of the C values of a vector, a line each; CRLF and blank lines at the end are fine. The error is
// a whole sentence.
Result<std::vector<std::string>> readLabels(const std::string& path, const convoy_port& port, int64_t count);

// The k largest values of each item of tensor[C], largest first, with their labels, or numbers when there are
// none:
//   seven  0.9731
// Before each line `file`, unless it is empty, and the number of the item when the tensor has a batch
// dimension. Of equal values the lower number comes first; NaN comes last.
std::string largest(const Tensor& tensor, int64_t k, const std::vector<std::string>& labels,
                    const std::string& file);

} // namespace convoy::command
#endif
