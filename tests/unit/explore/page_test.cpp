// Pages: that their sections hold what was put in, and that nothing gets out of them.
#include "explore/page.h"
#include <gtest/gtest.h>
#include <zlib.h>

namespace convoy::explore {
namespace {

std::string fromBase64(const std::string& text) {
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<uint32_t>(letters.find(c));
    if ((count += 6) >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 255);
  }
  return bytes;
}

std::string inflated(const std::string& packed, size_t size) {
  std::string bytes(size + 1, '\0'); // one more would show
  uLongf got = bytes.size();
  const int status = uncompress(reinterpret_cast<Bytef*>(bytes.data()), &got,
                                reinterpret_cast<const Bytef*>(packed.data()), packed.size());
  EXPECT_EQ(status, Z_OK);
  bytes.resize(got);
  return bytes;
}

// The text of the element with the section.
std::string section(const std::string& html, const std::string& name) {
  const std::string open = "data-section=\"" + name + "\">";
  const size_t begin = html.find(open);
  EXPECT_NE(begin, std::string::npos);
  return html.substr(begin + open.size(), html.find('<', begin) - begin - open.size());
}

TEST(Page, SectionsHoldWhatWasPutIn) {
  std::string all;
  for (int i = 0; i < 1000; ++i) all += static_cast<char>(i * i % 256);
  for (size_t length : {0, 1, 2, 3, 4, 5, 1000}) {
    Page page("p");
    page.addText("text.loops", all.substr(0, length));
    EXPECT_EQ(inflated(fromBase64(section(page.html(), "text.loops")), length), all.substr(0, length));
  }
}

TEST(Page, JsonIsAText) {
  Page page("p");
  page.addJson("core", Json::object().set("a", 1));
  EXPECT_EQ(inflated(fromBase64(section(page.html(), "core")), 7), "{\"a\":1}");
}

TEST(Page, TitleIsEscaped) {
  const std::string html = Page("<script>\"&").html();
  EXPECT_NE(html.find("<title>&lt;script&gt;&quot;&amp; · Convoy</title>"), std::string::npos);
}

TEST(Page, IsWholeAndAsksTheNetworkForNothing) {
  const std::string html = Page("p").html();
  for (const char* word : {"{{", "}}\n", "src=", "href=", "@import", "url(", "http:", "https:"})
    EXPECT_EQ(html.find(word), std::string::npos) << word;
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(html.substr(html.size() - 8), "</html>\n");
}

} // namespace
} // namespace convoy::explore
