// The text makes one block, a row of tiles; the workload is a whole picture, block by block.
#include "workload.h"
#include <cmath>

namespace convoy::texts {

namespace {

constexpr int64_t channels = 64, size = 56, padded = size + 2, tiles = size / 4;

// F(4x4,3x3) with the points 0, 1, -1, 2, -2 and infinity. Input, weights and output of one axis.
constexpr double inputMatrix[6][6] = {{4, 0, -5, 0, 1, 0},  {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
                                      {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
constexpr double weightMatrix[6][3] = {{1.0 / 4, 0, 0},
                                       {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                       {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                       {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                       {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                       {0, 0, 1}};
constexpr double outputMatrix[4][6] = {
    {1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}};

using Square = double[6][6];

class Winograd : public Workload {
public:
  Winograd(Fill fill, Flush where)
      : Workload("winograd_3x3", 2.0 * channels * channels * 9 * size * size), picture_(channels, size, size),
        weights_(channels, channels), bias_(channels) {
    flush = where;
    int limit = fill == Fill::Integers ? 4 : 0;
    fillValues(picture_.values, 12, limit);
    fillValues(weights_.values, 13, limit);
    fillValues(bias_, 14, limit);
    in_ = buffer(channels * padded * padded);
    transformed_ = buffer(36 * channels * channels);
    biases_ = buffer(channels);
    out_ = buffer(channels * size * size);
    v_ = buffer(36 * tiles * channels);
    m_ = buffer(36 * tiles * 32);
    packBlocked(picture_.padded(1), 16, in_);
    for (int64_t f = 0; f < channels; ++f)
      for (int64_t c = 0; c < channels; ++c) {
        Square u;
        transformWeights(f, c, u, false);
        for (int64_t e = 0; e < 36; ++e)
          transformed_[((e * 2 + f / 32) * channels + c) * 32 + f % 32] = static_cast<float>(u[e / 6][e % 6]);
      }
    for (size_t f = 0; f < channels; ++f) biases_[f] = static_cast<float>(bias_[f]);
  }

  void run(const CompiledText& code) override {
    auto* block = code.function<void(const float*, const float*, const float*, float*, float*, float*)>(text);
    for (int64_t row = 0; row < tiles; ++row)
      block(in_ + row * 4 * padded * 16, transformed_, biases_, out_ + row * 4 * size * 16, v_, m_);
  }

  // Every path from an input and a weight to an output passes at most these roundings: 4 per axis of the
  // input transform, 1 of the stored weight, 64 of the sum, 5 per axis of the output transform, 1 of the
  // bias. The bound is their factor on the same computation with absolute values throughout.
  std::string problem() const override {
    Picture in = picture_.padded(1), expected = convolve3x3(in, weights_, bias_), bound(channels, size, size);
    relu(expected);
    const double factor = roundings(2 * 4 + 1 + 64 + 2 * 5 + 1);
    std::vector<double> v(36 * channels), u(36 * channels * channels);
    for (int64_t f = 0; f < channels; ++f)
      for (int64_t c = 0; c < channels; ++c) {
        Square s;
        transformWeights(f, c, s, true);
        for (int64_t e = 0; e < 36; ++e)
          u[static_cast<size_t>((f * 36 + e) * channels + c)] = s[e / 6][e % 6];
      }
    for (int64_t tile = 0; tile < tiles * tiles; ++tile) {
      int64_t y = tile / tiles * 4, x = tile % tiles * 4;
      for (int64_t c = 0; c < channels; ++c) {
        Square s;
        transformInput(in, c, y, x, s);
        for (int64_t e = 0; e < 36; ++e) v[static_cast<size_t>(e * channels + c)] = s[e / 6][e % 6];
      }
      for (int64_t f = 0; f < channels; ++f) {
        Square m;
        for (int64_t e = 0; e < 36; ++e) {
          double sum = 0;
          for (int64_t c = 0; c < channels; ++c)
            sum += v[static_cast<size_t>(e * channels + c)] *
                   u[static_cast<size_t>((f * 36 + e) * channels + c)];
          m[e / 6][e % 6] = sum;
        }
        for (int64_t i = 0; i < 4; ++i)
          for (int64_t j = 0; j < 4; ++j) {
            double sum = std::fabs(bias_[static_cast<size_t>(f)]);
            for (int a = 0; a < 6; ++a)
              for (int b = 0; b < 6; ++b) sum += std::fabs(outputMatrix[i][a] * outputMatrix[j][b]) * m[a][b];
            bound.at(f, y + i, x + j) = factor * sum;
          }
      }
    }
    std::string wrong = compareBlocked(out_, size, size * size, expected, bound);
    return wrong.empty() ? touchedOutside() : wrong;
  }

private:
  void transformWeights(int64_t f, int64_t c, Square& out, bool magnitudes) const {
    for (int i = 0; i < 6; ++i)
      for (int j = 0; j < 6; ++j) {
        out[i][j] = 0;
        for (int64_t tap = 0; tap < 9; ++tap) {
          double term = weightMatrix[i][tap / 3] * weights_.at(f, c, tap) * weightMatrix[j][tap % 3];
          out[i][j] += magnitudes ? std::fabs(term) : term;
        }
      }
  }

  static void transformInput(const Picture& in, int64_t c, int64_t y, int64_t x, Square& out) {
    for (int i = 0; i < 6; ++i)
      for (int j = 0; j < 6; ++j) {
        out[i][j] = 0;
        for (int a = 0; a < 6; ++a)
          for (int b = 0; b < 6; ++b)
            out[i][j] += std::fabs(inputMatrix[i][a] * inputMatrix[j][b] * in.at(c, y + a, x + b));
      }
  }

  Picture picture_;
  Weights weights_;
  std::vector<double> bias_;
  float *in_, *transformed_, *biases_, *out_, *v_, *m_;
};

} // namespace

Made winogradWorkload(Fill fill, Flush flush) { return std::make_unique<Winograd>(fill, flush); }

} // namespace convoy::texts
