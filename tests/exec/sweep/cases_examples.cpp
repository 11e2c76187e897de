// The examples of the op table, which the documentation shows: on inputs in planes, and behind a convolution
// whose result lies in blocks.
#include "case.h"
#include "ops/op_table.h"

namespace convoy::sweep {

void addExamples(CaseList& list) {
  int n = 0;
  for (const OpInfo& row : opTable())
    for (const std::string& example : row.doc.examples)
      for (bool blocked : {false, true}) {
        // Sizes that are known when compiling serve every example; run-time sizes those that take them.
        Shape shape = n++ % 3 ? everyWidth(2, 200) : Shape{"12, 20", {{1, {}}, {2, {}}}};
        if (example.find("flatten(") != std::string::npos && example.find("pool") == std::string::npos)
          shape = {"12, 20", {{1, {}}, {2, {}}}};
        std::string inputs = "x: tensor[3, " + shape.text + "], y: tensor[3, " + shape.text + "]", body;
        if (blocked) {
          inputs = "x_in: tensor[3, " + shape.text + "], y: tensor[3, " + shape.text + "]";
          body = "    x = x_in |> conv(3, kernel: 3x3, padding: 1, name: \"before\")\n";
        }
        list.add("example " + row.name, inputs, body + "    return " + example + "\n", shape.runs);
      }
}

} // namespace convoy::sweep
