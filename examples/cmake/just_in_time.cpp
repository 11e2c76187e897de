// A pipeline that is made while the program runs: the factor comes from the command line, and the code is
// compiled for it.
#include <convoy/convoy.h>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  const std::string factor = argc > 1 ? argv[1] : "2";
  auto compiled =
      convoy::compileSource("pipeline scale(x: tensor[1, W]) -> tensor { return x * " + factor + " }");
  if (!compiled) {
    for (const convoy::Diagnostic& diagnostic : compiled.diagnostics()) std::cerr << diagnostic.rendered;
    return 1;
  }
  const convoy::Pipeline scale = *compiled;

  const float x[3] = {1, 2, 3};
  float y[3] = {};
  const convoy::Status status = scale.run({{"x", convoy::View<const float, 2>(x, {1, 3})}},
                                          {{"result", convoy::View<float, 2>(y, {1, 3})}});
  if (!status) {
    std::cerr << status.message() << "\n";
    return 1;
  }
  std::cout << y[0] << " " << y[1] << " " << y[2] << "\n";
  return 0;
}
