#include "driver/driver.h"

int main(int argc, char** argv) {
  return convoy::driver::runCommand(std::vector<std::string>(argv + 1, argv + argc));
}
