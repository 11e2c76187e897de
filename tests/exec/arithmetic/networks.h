// The example networks, and how tests call them.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace convoy::arithmetic {

struct Network {
  const char* file; // in examples/
  std::string pipeline = "";
  // Smaller pictures than the network is made for: of a size that takes little time.
  std::vector<std::pair<std::string, std::string>> defines = {};
  bool small = false;
  bool isTrained() const { return std::string(file) == "digits/digits"; } // and its inputs are real
  std::string path() const { return std::string(EXAMPLES_FOLDER "/") + file + ".cvy"; }
};

inline std::vector<Network> networks() {
  auto size = [](const char* number) {
    return std::vector<std::pair<std::string, std::string>>{{"size", number}};
  };
  return {
      {"digits/digits", "", {}, true},
      {"lenet/lenet", "", {}, true},
      {"networks/lenet5", "", {}, true},
      {"networks/squeezenet", "", size("40"), true},
      {"networks/alexnet", "", size("64")},
      {"networks/audio", "", {}},
      {"networks/densenet121", "", size("32")},
      {"networks/efficientnetb0", "", size("32")},
      {"networks/inception", "googlenet", size("32")},
      {"networks/mobilenetv1", "", size("32")},
      {"networks/mobilenetv2", "", size("32")},
      {"networks/resnet18", "", size("32")},
      {"networks/resnet50", "", size("32")},
      {"networks/shufflenetv2", "", size("32")},
      {"networks/unet", "", size("32")},
      {"networks/vgg16", "vgg16", size("32")},
      {"networks/video", "r3d18", {{"size", "16"}, {"frames", "8"}}},
      {"networks/yolotiny", "", size("32")},
  };
}

} // namespace convoy::arithmetic
