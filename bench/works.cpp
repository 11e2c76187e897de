#include "works.h"
#include "driver/pipeline.h"
#include "driver/report.h"
#include "parse/parser.h"
#include <cstdlib>

namespace convoy::bench {

namespace {

const std::string root = CONVOY_SOURCE_FOLDER "/";

void endWith(const DiagnosticEngine& diags, const driver::Options& options) {
  driver::report(diags, options);
  std::exit(1);
}

// Every pipeline of a script.
std::vector<std::string> pipelinesOf(const std::string& path) {
  driver::Options options;
  options.file = path;
  DiagnosticEngine diags;
  driver::Compilation compilation(options, diags);
  if (!compilation.open()) endWith(diags, options);
  const auto syntax = parse(*compilation.file, diags);
  if (diags.hasErrors()) endWith(diags, options);
  std::vector<std::string> names;
  for (const auto& pipeline : syntax->pipelines) names.push_back(pipeline.name);
  return names;
}

} // namespace

std::vector<WorkItem> allWorks() {
  std::vector<WorkItem> works;
  for (const char* script : {"layers", "pools", "blocks"}) {
    const std::string file = root + "bench/works/" + script + ".cvy";
    for (const std::string& pipeline : pipelinesOf(file))
      works.push_back({pipeline, file, pipeline, {}, script != std::string("blocks")});
  }
  const auto network = [&](const char* name, const char* script, const char* pipeline) {
    works.push_back({name, root + "examples/networks/" + script + ".cvy", pipeline, {}});
  };
  network("D6_lenet5", "lenet5", "lenet5");
  network("E1_vgg16_conv", "vgg16", "vgg16_features");
  network("E2_resnet18", "resnet18", "resnet18");
  network("E3_resnet50", "resnet50", "resnet50");
  network("E4_mobilenetv1", "mobilenetv1", "mobilenetv1");
  network("E5_mobilenetv2", "mobilenetv2", "mobilenetv2");
  network("E6_efficientnet_b0", "efficientnetb0", "efficientnetb0");
  network("E7_squeezenet", "squeezenet", "squeezenet");
  network("E8_shufflenetv2", "shufflenetv2", "shufflenetv2");
  network("E9_densenet121", "densenet121", "densenet121");
  network("E10_alexnet", "alexnet", "alexnet");
  network("E11_googlenet", "inception", "googlenet");
  network("E12_inception3a", "inception", "inception3a");
  network("E13_audio", "audio", "m5");
  network("E14_video_block", "video", "video_block");
  network("E15_yolotiny", "yolotiny", "yolotiny");
  network("E16_unet", "unet", "unet");
  const std::string filters = root + "bench/works/filters.cvy";
  for (const std::string& pipeline : pipelinesOf(filters)) {
    works.push_back({pipeline + " 4096x4096", filters, pipeline, {{"x.H", 4096}, {"x.W", 4096}}});
    works.push_back({pipeline + " 1920x1080", filters, pipeline, {{"x.H", 1080}, {"x.W", 1920}}});
  }
  return works;
}

std::unique_ptr<driver::Measurable> compileWork(const WorkItem& item, const std::string& cpu, int threads,
                                                int64_t batch, schedule::LayoutChoice layouts) {
  driver::Options options;
  options.file = item.file;
  options.pipeline = item.pipeline;
  options.sizes = item.sizes;
  options.cpu = cpu;
  options.initSeed = 1;
  options.choices.layouts = layouts;
  DiagnosticEngine diags;
  driver::Compilation compilation(options, diags);
  compilation.needsParameters = true;
  driver::PhaseTimes times;
  std::unique_ptr<driver::Measurable> made;
  if (compilation.open() &&
      driver::runPipeline(compilation, driver::Goal::Code, times, [](driver::Stage, const std::string&) {}))
    made = driver::Measurable::create(compilation, threads, batch);
  if (!made) endWith(diags, options);
  return made;
}

} // namespace convoy::bench
