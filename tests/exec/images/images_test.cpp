// Every filter of examples/images, compiled to a program by the command, against OpenCV: five pictures, 8
// bits in and out.
#include "filters.h"
#include "pictures.h"
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>
#include <set>
#include <sstream>

namespace convoy::images {

namespace fs = std::filesystem;

namespace {

const fs::path examples = EXAMPLES_FOLDER, command = CONVOY_COMMAND;

std::string text(const fs::path& path) {
  std::ostringstream all;
  all << std::ifstream(path).rdbuf();
  return all.str();
}

std::string quoted(const fs::path& path) { return "'" + path.string() + "'"; }

// A folder for the files of one test.
class Folder {
public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "convoy-images-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  // What the command says is in the failure.
  void run(const std::string& line) const {
    const fs::path log = path / "log";
    const int status = std::system((line + " >" + quoted(log) + " 2>&1").c_str());
    ASSERT_EQ(status, 0) << line << '\n' << text(log);
  }

  fs::path path;
};

// The photo of examples/edges is decoded by a compiled program, too.
cv::Mat photo() {
  const Folder folder;
  const fs::path script = folder.path / "decode.cvy", decoded = folder.path / "photo.ppm";
  std::ofstream(script) << "pipeline decode(photo: image[rgb]) -> image[rgb] { return relu(photo) }\n";
  folder.run(quoted(command) + " run " + quoted(script) + " " + quoted(examples / "edges/photo.jpg") +
             " -o " + quoted(decoded));
  return readPicture(decoded);
}

const std::vector<Named>& pictures() {
  static const std::vector<Named> all = [] {
    std::vector<Named> five = madePictures();
    five.push_back({"photo", photo()});
    return five;
  }();
  return all;
}

std::vector<std::string> scripts() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(examples / "images"))
    if (entry.path().extension() == ".cvy" && text(entry.path()).find("\npipeline ") != std::string::npos)
      names.push_back(entry.path().stem());
  return names;
}

// Names the first pixel that is off by more than a step of 8 bits.
void compare(const cv::Mat& found, const Result& expected, const std::string& where) {
  cv::Mat wanted = expected.picture;
  if (wanted.depth() == CV_32F) wanted.convertTo(wanted, CV_8U, 255);
  ASSERT_EQ(wanted.depth(), CV_8U) << where;
  ASSERT_EQ(found.size(), wanted.size()) << where;
  ASSERT_EQ(found.channels(), wanted.channels()) << where;
  for (int y = 0; y < wanted.rows; ++y) {
    for (int x = 0; x < wanted.cols; ++x) {
      if (!expected.unsure.empty() && expected.unsure.at<uchar>(y, x)) continue;
      for (int c = 0; c < wanted.channels(); ++c) {
        const int ours = found.ptr(y, x)[c], theirs = wanted.ptr(y, x)[c];
        ASSERT_LE(std::abs(ours - theirs), 1) << where << ", row " << y << ", column " << x << ", channel "
                                              << c << ": " << ours << ", OpenCV has " << theirs;
      }
    }
  }
}

class Images : public testing::TestWithParam<Filter> {
protected:
  fs::path script() const { return examples / "images" / (std::string(GetParam().script) + ".cvy"); }
  fs::path file(const Result& result) const {
    return folder.path / (result.name + (result.picture.channels() == 1 ? ".pgm" : ".ppm"));
  }
  Folder folder;
};

TEST_P(Images, AreWithinOneStepOfOpenCv) {
  const fs::path program = folder.path / "filter", input = folder.path / "input.ppm";
  ASSERT_NO_FATAL_FAILURE(
      folder.run(quoted(command) + " build " + quoted(script()) + " -o " + quoted(program)));
  ASSERT_EQ(pictures().size(), 5u);
  for (const Named& each : pictures()) {
    writePicture(input, each.picture);
    cv::Mat rgb = each.picture;
    if (rgb.channels() == 1) cv::cvtColor(rgb, rgb, cv::COLOR_GRAY2RGB);
    const std::vector<Result> results = GetParam().results(rgb);
    std::string line = quoted(program) + " " + quoted(input);
    for (const Result& result : results) line += " --output " + result.name + "=" + quoted(file(result));
    ASSERT_NO_FATAL_FAILURE(folder.run(line));
    for (const Result& result : results) {
      compare(readPicture(file(result)), result,
              std::string(GetParam().script) + ", " + result.name + " of " + each.name);
    }
  }
}

TEST_P(Images, AreVectorized) {
  ASSERT_NO_FATAL_FAILURE(
      folder.run(quoted(command) + " plan " + quoted(script()) + " --json " + quoted(folder.path / "plan")));
  const std::string plan = text(folder.path / "plan");
  EXPECT_NE(plan.find("\"vectorized\": true"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("\"vectorized\": false"), std::string::npos) << plan;
}

INSTANTIATE_TEST_SUITE_P(Examples, Images, testing::ValuesIn(filters()),
                         [](const auto& each) { return std::string(each.param.script); });

TEST(Examples, AreAllCompared) {
  std::set<std::string> compared;
  for (const Filter& each : filters()) compared.insert(each.script);
  const std::vector<std::string> found = scripts();
  EXPECT_EQ(compared, std::set<std::string>(found.begin(), found.end()));
}

// Few pixels of corners may be left out, and there are corners.
TEST(Examples, CornersAreCompared) {
  for (const Filter& each : filters()) {
    if (std::string(each.script) != "harris") continue;
    const cv::Mat picture = photo();
    const Result corners = each.results(picture).back();
    EXPECT_LT(cv::countNonZero(corners.unsure), picture.total() / 1000);
    cv::Mat marked;
    cv::inRange(corners.picture, cv::Scalar(255, 0, 0), cv::Scalar(255, 0, 0), marked);
    EXPECT_GT(cv::countNonZero(marked), 500);
  }
}

} // namespace

} // namespace convoy::images
