// oneDNN on works: bench_dnn MODE IO models/a.txt ...
//   MODE: any, nhwc, b16 (nChw16c where channels allow it), auto (any, with the choice of algorithms left to
//   oneDNN) IO: any (input and output as the primitive likes them), nchw (reorders are in the time)
// The file lists layers as works.py writes them. BT is the number of threads, PEERS_TRIES how often a timing
// is repeated while other processes are busy. A line of JSON per file on standard output.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <immintrin.h>
#include <map>
#include <oneapi/dnnl/dnnl.hpp>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>
#ifdef USE_OMP
#include <omp.h>
#endif
using namespace dnnl;
using md = memory::desc;
using tag = memory::format_tag;
using dt = memory::data_type;
using clk = std::chrono::steady_clock;
static double now() { return std::chrono::duration<double>(clk::now().time_since_epoch()).count(); }
struct Cpu {
  double t, busy, own, st;
};
static Cpu cpu() {
  long v[8];
  FILE* f = fopen("/proc/stat", "r");
  if (fscanf(f, "cpu %ld %ld %ld %ld %ld %ld %ld %ld", v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6, v + 7) !=
      8)
    abort();
  fclose(f);
  rusage r;
  getrusage(RUSAGE_SELF, &r);
  return {now(), (v[0] + v[1] + v[2] + v[5] + v[6]) / 100.,
          r.ru_utime.tv_sec + r.ru_stime.tv_sec + 1e-6 * (r.ru_utime.tv_usec + r.ru_stime.tv_usec),
          v[7] / 100.};
}
struct Step {
  primitive p;
  std::unordered_map<int, memory> a;
  std::string nm;
};
int main(int c, char** v) {
  std::string mode = v[1], io = v[2];
  engine e(engine::kind::cpu, 0);
  stream s(e);
  auto ver = dnnl_version();
  char vs[32];
  snprintf(vs, 32, "%d.%d.%d", ver->major, ver->minor, ver->patch);
  int T = atoi(getenv("BT") ? getenv("BT") : "1");
#ifdef USE_OMP
  omp_set_num_threads(T);
#pragma omp parallel
#endif
  _mm_setcsr(_mm_getcsr() | 0x8040); // denormals are zero, as for every peer
  auto alg = mode == "auto" ? algorithm::convolution_auto : algorithm::convolution_direct;
  auto at = [&](int C) -> tag {
    if (mode == "nhwc") return tag::nhwc;
    if (mode == "b16" && C % 16 == 0) return tag::nChw16c;
    return tag::any;
  };
  auto fill = [&](memory& m, float sc) {
    float* p = (float*)m.get_data_handle();
    size_t n = m.get_desc().get_size() / 4;
    unsigned r = 12345;
    for (size_t i = 0; i < n; i++) {
      r = r * 1664525u + 1013904223u;
      p[i] = sc * ((int)(r >> 8) / 8388608.f - 1.f);
    }
  };
  for (int f = 3; f < c; f++) try {
      std::ifstream in(v[f]);
      std::string line;
      std::map<std::string, memory> M;
      std::map<std::string, memory::dims> S;
      std::vector<Step> st;
      std::vector<memory> keep;
      std::string lastn, impls;
      bool first = true;
      auto mkattr = [] {
        primitive_attr q;
        q.set_fpmath_mode(fpmath_mode::strict);
        return q;
      };
      auto use = [&](std::string n, md want) -> memory {
        memory m = M.at(n);
        if (m.get_desc() == want) return m;
        memory t(want, e);
        reorder r(reorder::primitive_desc(m, t));
        st.push_back({r, {{DNNL_ARG_FROM, m}, {DNNL_ARG_TO, t}}, "reorder"});
        impls += " [reorder]";
        M[n] = t;
        return t;
      };
      while (std::getline(in, line)) {
        std::istringstream l(line);
        std::string op;
        l >> op;
        if (op == "input") {
          std::string n;
          long C, H, W;
          l >> n >> C >> H >> W;
          S[n] = {1, C, H, W};
          lastn = n;
          if (io == "nchw" || true) {
            memory m({S[n], dt::f32, tag::nchw}, e);
            fill(m, 1.7f);
            M[n] = m;
          }
          continue;
        }
        std::string x, y;
        l >> x >> y;
        auto xs = S[x];
        if (op == "conv") {
          long IC, OC, k, sd, p, d, g;
          int relu;
          std::string res;
          l >> IC >> OC >> k >> sd >> p >> d >> g >> relu >> res;
          long OH = (xs[2] + 2 * p - d * (k - 1) - 1) / sd + 1,
               OW = (xs[3] + 2 * p - d * (k - 1) - 1) / sd + 1;
          memory::dims wd = g > 1 ? memory::dims{g, OC / g, IC / g, k, k} : memory::dims{OC, IC, k, k};
          memory::dims yd{1, OC, OH, OW};
          S[y] = yd;
          md xmd(xs, dt::f32, (IC < 16 && mode != "nhwc") ? tag::any : at(IC)), wmd(wd, dt::f32, tag::any),
              bmd({OC}, dt::f32, tag::x), ymd(yd, dt::f32, at(OC));
          post_ops po;
          primitive_attr a = mkattr();
          bool isum = false;
          if (res != "-") {
            if (res == "x") {
              po.append_binary(algorithm::binary_add, M.at(res).get_desc());
            } else {
              po.append_sum(1.f);
              isum = true;
              ymd = M.at(res).get_desc();
            }
          }
          if (relu)
            po.append_eltwise(
#if DNNL_OLD_ELT
                1.f,
#endif
                algorithm::eltwise_relu, 0.f, 0.f);
          a.set_post_ops(po);
          auto mk = [&]() {
            return convolution_forward::primitive_desc(e, prop_kind::forward_inference, alg, xmd, wmd, bmd,
                                                       ymd, {sd, sd}, {d - 1, d - 1}, {p, p}, {p, p}, a);
          };
          convolution_forward::primitive_desc pd;
          if (res == "x") { // residual is the net input: bring it to the dst layout the conv would pick, use
                            // binary post-op
            primitive_attr a0 = mkattr();
            convolution_forward::primitive_desc p0(e, prop_kind::forward_inference, alg, xmd, wmd, bmd, ymd,
                                                   {sd, sd}, {d - 1, d - 1}, {p, p}, {p, p}, a0);
            memory rm = use(res, p0.dst_desc());
            post_ops q;
            q.append_binary(algorithm::binary_add, rm.get_desc());
            if (relu) q.append_eltwise(algorithm::eltwise_relu, 0.f, 0.f);
            a.set_post_ops(q);
            ymd = p0.dst_desc();
            pd = mk();
          } else
            pd = mk();
          bool io_any_first = first && io == "any" && x == "x";
          memory xm;
          if (io_any_first) {
            xm = memory(pd.src_desc(), e);
            fill(xm, 1.7f);
            M[x] = xm;
          } else
            xm = use(x, pd.src_desc());
          memory w(pd.weights_desc(), e), b(bmd, e);
          fill(w, std::sqrt(6.f / ((IC / g) * k * k)) * (res != "-" ? .3f : 1.f));
          fill(b, .1f);
          memory ym;
          if (isum) {
            ym = use(res, pd.dst_desc());
          } else
            ym = memory(pd.dst_desc(), e);
          M[y] = ym;
          std::unordered_map<int, memory> A{
              {DNNL_ARG_SRC, xm}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_BIAS, b}, {DNNL_ARG_DST, ym}};
          if (res == "x") A[DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1] = M.at(res);
          st.push_back({convolution_forward(pd), A, "conv"});
          if (impls.size() < 400) impls += std::string(" ") + pd.impl_info_str();
        } else if (op == "pool" || op == "gap") {
          std::string kind = "avg";
          long k = xs[2], sd = 1, p = 0;
          if (op == "pool") l >> kind >> k >> sd >> p;
          long OH = (xs[2] + 2 * p - k) / sd + 1, OW = (xs[3] + 2 * p - k) / sd + 1;
          memory::dims yd{1, xs[1], OH, OW};
          S[y] = yd;
          if (first && io == "any" && x == "x") {
            tag t = (mode == "nhwc" || xs[1] % 16) ? tag::nhwc : tag::nChw16c;
            if (mode == "any") t = tag::nhwc;
            memory m({xs, dt::f32, t}, e);
            fill(m, 1.7f);
            M[x] = m;
          }
          memory xm = M.at(x);
          pooling_forward::primitive_desc pd(
              e, prop_kind::forward_inference,
              kind == "max" ? algorithm::pooling_max : algorithm::pooling_avg_exclude_padding, xm.get_desc(),
              md(yd, dt::f32, tag::any), {sd, sd}, {k, k}, {0, 0}, {p, p}, {p, p}, mkattr());
          memory ym(pd.dst_desc(), e);
          M[y] = ym;
          st.push_back({pooling_forward(pd), {{DNNL_ARG_SRC, xm}, {DNNL_ARG_DST, ym}}, "pool"});
          if (impls.size() < 400) impls += std::string(" ") + pd.impl_info_str();
        } else if (op == "fc") {
          long I, O;
          int relu;
          l >> I >> O >> relu;
          post_ops po;
          primitive_attr a = mkattr();
          if (relu) po.append_eltwise(algorithm::eltwise_relu, 0.f, 0.f);
          a.set_post_ops(po);
          memory::dims yd{1, O};
          S[y] = yd;
          memory::dims wd{O};
          for (size_t i = 1; i < xs.size(); i++) wd.push_back(xs[i]);
          inner_product_forward::primitive_desc pd(e, prop_kind::forward_inference, md(xs, dt::f32, tag::any),
                                                   md(wd, dt::f32, tag::any), md({O}, dt::f32, tag::x),
                                                   md(yd, dt::f32, tag::nc), a);
          memory xm = use(x, pd.src_desc());
          memory w(pd.weights_desc(), e), b({{O}, dt::f32, tag::x}, e), ym(pd.dst_desc(), e);
          fill(w, std::sqrt(6.f / I));
          fill(b, .1f);
          M[y] = ym;
          st.push_back({inner_product_forward(pd),
                        {{DNNL_ARG_SRC, xm}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_BIAS, b}, {DNNL_ARG_DST, ym}},
                        "fc"});
          if (impls.size() < 400) impls += std::string(" ") + pd.impl_info_str();
        }
        first = false;
        lastn = y;
      }
      if (io == "nchw" && S[lastn].size() == 4) use(lastn, md(S[lastn], dt::f32, tag::nchw));
      auto run = [&] {
        for (auto& t : st) t.p.execute(s, t.a);
        s.wait();
      };
      std::vector<double> L, LB;
      double fo = 9, stl = 0;
      const char* wanted = getenv("PEERS_TRIES");
      const int tries = wanted ? atoi(wanted) : 4;
      for (int tr = 0; tr < tries; tr++) {
        Cpu c0 = cpu();
        L.clear();
        double a = now();
        int n = 0;
        while (n < 3 || now() - a < .25) {
          run();
          n++;
          if (n >= 3 && now() - a > 1.5) break;
        }
        a = now();
        while ((L.size() < 9 || now() - a < .6) && L.size() < 3000) {
          double b = now();
          run();
          L.push_back(now() - b);
        }
        std::sort(L.begin(), L.end());
        Cpu c1 = cpu();
        double d = c1.t - c0.t, fz = std::max(0., ((c1.busy - c0.busy) - (c1.own - c0.own)) / d);
        if (fz < fo) {
          fo = fz;
          stl = (c1.st - c0.st) / d;
          LB = L;
        }
        if (fz < .06) break;
        usleep(1000000);
      }
      L = LB;
      std::string w = v[f];
      w = w.substr(w.rfind('/') + 1);
      w = w.substr(0, w.size() - 4);
      bool fin = true;
      {
        float* q = (float*)M[lastn].get_data_handle();
        size_t N = M[lastn].get_desc().get_size() / 4;
        for (size_t i = 0; i < N; i++)
          if (!std::isfinite(q[i])) fin = false;
      }
      std::string pn = "onednn";
      pn += (mode == "any" ? "" : " " + mode);
      pn += (io == "any" ? " (native io)" : " (nchw io)");
      printf("{\"work\":\"%s\",\"peer\":\"%s\",\"version\":\"%s\",\"threads\":%d,\"ms_median\":%.5f,\"ms_"
             "min\":%.5f,\"reps\":%zu,\"foreign_cpu\":%.3f,\"steal\":%.3f,\"finite\":%s,\"impl\":\"%s\"}\n",
             w.c_str(), pn.c_str(), vs, T, L[L.size() / 2] * 1e3, L[0] * 1e3, L.size(), fo, stl,
             fin ? "true" : "false", impls.substr(0, 300).c_str());
      fflush(stdout);
    } catch (dnnl::error& x) {
      fprintf(stderr, "%s: %s (%d)\n", v[f], x.what(), (int)x.status);
    }
}
