#include "schedule/image_choice.h"

namespace convoy::schedule {

ImageChoice choiceOf(Builder& b, const Graph& graph, const Images& images, Reg elements) {
  const loop::Type truth = loop::Type::of(Scalar::I1), word = loop::Type::of(Scalar::I32);
  std::vector<bool> isImage;
  for (ValueId input : graph.inputs) isImage.push_back(graph.value(input).type.image != ImageKind::None);
  for (const graph::Output& output : graph.outputs) isImage.push_back(output.image != ImageKind::None);

  // Whether something is wrong, then whether each image is bytes.
  auto said = [&] {
    Builder::Values all{b.number(0, truth)};
    for (size_t i = 0; i < isImage.size(); ++i) {
      Reg element = b.load(word, elements, static_cast<int64_t>(i));
      Reg known = isImage[i] ? b.binary(Op::And, element, b.number(-2, word)) : element;
      all[0] = b.binary(Op::Or, all[0], b.compare(Op::Ne, known, b.number(0, word)));
      if (isImage[i]) all.push_back(b.compare(Op::Ne, element, b.number(0, word)));
    }
    return all;
  };
  auto nothing = [&] {
    Builder::Values all{b.number(0, truth)};
    for (bool image : isImage)
      if (image) all.push_back(b.number(0, truth));
    return all;
  };
  Reg none = b.compare(Op::Eq, b.addressNumber(elements), b.index(0));
  const Builder::Values values = b.branch(none, nothing, said);
  ImageChoice choice;
  choice.wrong = values[0];
  size_t next = 1;
  for (bool image : isImage) choice.ports.push_back(image ? values[next++] : nullptr);

  auto bytesOf = [&](const Image& image) {
    return choice.ports[image.input ? image.number : graph.inputs.size() + image.number];
  };
  auto both = [&](Reg x, Reg y) { return x ? b.binary(Op::And, x, y) : y; };
  auto unless = [&](Reg x, Reg other) { return b.select(other, b.number(0, truth), x); };
  for (const std::optional<BytesKernel>& kernel : images.kernels) {
    Reg all = nullptr;
    if (kernel)
      for (size_t i : kernel->images) all = both(all, bytesOf(images.all[i]));
    choice.onBytes.push_back(all);
  }
  for (const Image& image : images.all) {
    Reg bytes = bytesOf(image), direct = nullptr;
    if (!image.alwaysConverted)
      for (size_t k : image.direct) direct = both(direct, choice.onBytes[k]);
    choice.converted.push_back(direct ? unless(bytes, direct) : bytes);
    choice.planes.push_back(image.shared ? bytes : choice.converted.back());
  }
  return choice;
}

} // namespace convoy::schedule
