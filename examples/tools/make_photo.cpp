// Renders the picture of the edges example: balls of several materials on a tiled floor under an evening sky,
// and a sign with strokes on it. By itself, not part of the build:
//
//   c++ -O2 -std=c++17 examples/tools/make_photo.cpp -ljpeg -o /tmp/make_photo
//   /tmp/make_photo examples/edges/photo.jpg
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <jpeglib.h>
#include <optional>
#include <vector>

namespace {

constexpr int width = 640, height = 480, samplesPerSide = 4, maxBounces = 4;

struct Vec {
  double x = 0, y = 0, z = 0;
  Vec operator+(Vec o) const { return {x + o.x, y + o.y, z + o.z}; }
  Vec operator-(Vec o) const { return {x - o.x, y - o.y, z - o.z}; }
  Vec operator*(Vec o) const { return {x * o.x, y * o.y, z * o.z}; }
  Vec operator*(double s) const { return {x * s, y * s, z * s}; }
};
double dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
Vec unit(Vec v) { return v * (1 / std::sqrt(dot(v, v))); }
Vec mix(Vec a, Vec b, double t) { return a * (1 - t) + b * t; }

const Vec sun = unit({-0.6, 0.75, -0.5});

struct Ball {
  Vec centre;
  double radius;
  Vec colour;
  double mirror; // share of reflected light
  int stripes;   // 0: plain
};

const std::vector<Ball> balls = {
    {{-1.5, 1.0, 4.6}, 1.0, {0.85, 0.25, 0.18}, 0.08, 0},
    {{0.5, 0.75, 3.6}, 0.75, {0.92, 0.92, 0.95}, 0.75, 0},
    {{2.1, 1.2, 6.2}, 1.2, {0.95, 0.75, 0.20}, 0.05, 9},
    {{-0.5, 0.35, 2.6}, 0.35, {0.20, 0.55, 0.85}, 0.15, 5},
    {{1.45, 0.3, 2.5}, 0.3, {0.25, 0.70, 0.35}, 0.10, 0},
    {{-2.6, 0.45, 3.1}, 0.45, {0.60, 0.35, 0.75}, 0.25, 0},
    {{-3.9, 1.6, 9.0}, 1.6, {0.30, 0.62, 0.60}, 0.10, 12},
};

// Strokes of the sign, in its own coordinates (0..8 by 0..3): C O N V O Y and a line below.
struct Stroke {
  double x0, y0, x1, y1;
};
const std::vector<Stroke> strokes = {
    {1.4, 2.4, 0.6, 2.4}, {0.6, 2.4, 0.6, 1.0}, {0.6, 1.0, 1.4, 1.0},                       // C
    {1.8, 2.4, 2.6, 2.4}, {2.6, 2.4, 2.6, 1.0}, {2.6, 1.0, 1.8, 1.0}, {1.8, 1.0, 1.8, 2.4}, // O
    {3.0, 1.0, 3.0, 2.4}, {3.0, 2.4, 3.8, 1.0}, {3.8, 1.0, 3.8, 2.4},                       // N
    {4.2, 2.4, 4.6, 1.0}, {4.6, 1.0, 5.0, 2.4},                                             // V
    {5.4, 2.4, 6.2, 2.4}, {6.2, 2.4, 6.2, 1.0}, {6.2, 1.0, 5.4, 1.0}, {5.4, 1.0, 5.4, 2.4}, // O
    {6.6, 2.4, 7.0, 1.8}, {7.4, 2.4, 7.0, 1.8}, {7.0, 1.8, 7.0, 1.0},                       // Y
    {0.6, 0.5, 7.4, 0.5},
};
constexpr double signZ = 7.6, signX = -1.7, signY = 1.9, signScale = 0.62;

double strokeDistance(double x, double y) {
  double nearest = 1e9;
  for (const Stroke& s : strokes) {
    const double dx = s.x1 - s.x0, dy = s.y1 - s.y0;
    const double t = std::clamp(((x - s.x0) * dx + (y - s.y0) * dy) / (dx * dx + dy * dy), 0.0, 1.0);
    nearest = std::min(nearest, std::hypot(x - s.x0 - t * dx, y - s.y0 - t * dy));
  }
  return nearest;
}

Vec sky(Vec direction) {
  const double up = std::max(0.0, direction.y);
  Vec colour = mix({0.98, 0.80, 0.62}, {0.25, 0.45, 0.78}, std::pow(up, 0.55));
  // Bands of cloud.
  const double cloud = std::sin(direction.x * 9 + std::sin(direction.y * 23) * 1.3) *
                       std::sin(direction.y * 31 + direction.x * 3);
  return mix(colour, {1.0, 0.97, 0.93}, std::max(0.0, cloud) * 0.45 * std::min(1.0, up * 6));
}

struct Hit {
  double distance;
  Vec point, normal, colour;
  double mirror;
};

std::optional<Hit> trace(Vec origin, Vec direction) {
  std::optional<Hit> nearest;
  const auto keep = [&](const Hit& hit) {
    if (hit.distance > 1e-4 && (!nearest || hit.distance < nearest->distance)) nearest = hit;
  };
  if (direction.y < -1e-6) {
    const double t = -origin.y / direction.y;
    const Vec p = origin + direction * t;
    const bool dark =
        (static_cast<long>(std::floor(p.x * 1.1)) + static_cast<long>(std::floor(p.z * 1.1))) & 1;
    const double haze = 1 - std::exp(-t * 0.035);
    keep({t,
          p,
          {0, 1, 0},
          mix(dark ? Vec{0.24, 0.22, 0.25} : Vec{0.80, 0.76, 0.70}, {0.98, 0.80, 0.62}, haze),
          0.12});
  }
  if (std::fabs(direction.z) > 1e-6) {
    const double t = (signZ - origin.z) / direction.z;
    const Vec p = origin + direction * t;
    const double x = (p.x - signX) / signScale, y = (p.y - signY) / signScale;
    if (x >= 0 && x <= 8 && y >= 0 && y <= 3) {
      const bool frame = x < 0.18 || x > 7.82 || y < 0.18 || y > 2.82;
      const bool ink = strokeDistance(x, y) < 0.11;
      keep({t,
            p,
            {0, 0, -1},
            frame ? Vec{0.35, 0.22, 0.12}
            : ink ? Vec{0.10, 0.12, 0.20}
                  : Vec{0.93, 0.90, 0.82},
            0});
    }
    const double post = std::min(std::fabs(x - 1), std::fabs(x - 7));
    if (post < 0.12 && p.y > 0 && y < 0) keep({t, p, {0, 0, -1}, {0.35, 0.22, 0.12}, 0});
  }
  for (const Ball& ball : balls) {
    const Vec offset = origin - ball.centre;
    const double b = dot(offset, direction), c = dot(offset, offset) - ball.radius * ball.radius;
    const double discriminant = b * b - c;
    if (discriminant < 0) continue;
    const double t = -b - std::sqrt(discriminant);
    const Vec p = origin + direction * t, normal = (p - ball.centre) * (1 / ball.radius);
    const bool light =
        ball.stripes && std::sin(std::atan2(normal.x, normal.z) * ball.stripes + normal.y * 4) > 0;
    keep({t, p, normal, light ? mix(ball.colour, {1, 1, 1}, 0.75) : ball.colour, ball.mirror});
  }
  return nearest;
}

Vec shade(Vec origin, Vec direction, int bounces) {
  const std::optional<Hit> hit = trace(origin, direction);
  if (!hit) return sky(direction);
  const bool shadow = trace(hit->point, sun).has_value();
  const double light = shadow ? 0 : std::max(0.0, dot(hit->normal, sun));
  const double ambient = 0.28 + 0.12 * hit->normal.y;
  Vec colour = hit->colour * (ambient + 0.75 * light);
  if (hit->mirror > 0 && bounces < maxBounces) {
    const Vec reflected = direction - hit->normal * (2 * dot(direction, hit->normal));
    colour = mix(colour, shade(hit->point, reflected, bounces + 1), hit->mirror);
    if (!shadow)
      colour = colour + Vec{1, 0.95, 0.85} * std::pow(std::max(0.0, dot(reflected, sun)), 60) * 0.8;
  }
  return colour;
}

std::vector<uint8_t> render() {
  std::vector<uint8_t> pixels;
  const Vec eye = {0, 1.45, -1.6};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      Vec sum;
      for (int s = 0; s < samplesPerSide * samplesPerSide; ++s) {
        const double px = x + (s % samplesPerSide + 0.5) / samplesPerSide;
        const double py = y + (s / samplesPerSide + 0.5) / samplesPerSide;
        const Vec ray = unit({(px - width / 2.0) / height, (height * 0.50 - py) / height, 1.05});
        const Vec colour = shade(eye, ray, 0);
        sum = sum + Vec{std::min(1.0, colour.x), std::min(1.0, colour.y), std::min(1.0, colour.z)};
      }
      const double scale = 1.0 / (samplesPerSide * samplesPerSide);
      for (double value : {sum.x, sum.y, sum.z})
        pixels.push_back(static_cast<uint8_t>(std::lround(std::pow(value * scale, 1 / 1.3) * 255)));
    }
  return pixels;
}

bool writeJpeg(const char* path, std::vector<uint8_t> pixels) {
  FILE* file = std::fopen(path, "wb");
  if (!file) return false;
  jpeg_compress_struct jpeg;
  jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  jpeg_stdio_dest(&jpeg, file);
  jpeg.image_width = width;
  jpeg.image_height = height;
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 92, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  for (int y = 0; y < height; ++y) {
    JSAMPROW row = pixels.data() + static_cast<size_t>(y) * width * 3;
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  return std::fclose(file) == 0;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !writeJpeg(argv[1], render())) {
    std::fprintf(stderr, "usage: make_photo FILE.jpg (in a folder that can be written to)\n");
    return 1;
  }
}
